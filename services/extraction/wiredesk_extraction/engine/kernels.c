/* The inner loops of the engine: one layer of the encoder, and the two greedy transition systems.

   Everything else, the matrix products above all, is numpy's. Loops run over outputs and not over sums wherever that can
   be, so that a compiler may use wide registers without changing the order of additions. Built by build_kernels.py. */

#include <math.h>
#include <stdint.h>
#include <string.h>

#if defined(__x86_64__) && defined(__linux__)
#define WIDE __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define WIDE
#endif
#define INLINE static inline __attribute__((always_inline))

enum { MAX_HIDDEN = 256, MAX_CLASSES = 1024, MAX_WIDTH = 512, LANES = 16 };

/* ---- Words --------------------------------------------------------------------------------------------------------- */

/* MurmurHash64A of Austin Appleby, seed 1: spaCy's number of a string. `ends` has one item more than there are strings. */
void hash_strings(const uint8_t *bytes, const int64_t *ends, int32_t count, uint64_t *hashes) {
    const uint64_t factor = 0xc6a4a7935bd1e995u;
    for (int32_t string = 0; string < count; string++) {
        const uint8_t *at = bytes + ends[string];
        const uint64_t length = (uint64_t)(ends[string + 1] - ends[string]);
        uint64_t hash = 1 ^ (length * factor);
        for (const uint8_t *end = at + length / 8 * 8; at < end; at += 8) {
            uint64_t word = 0;
            for (int byte = 0; byte < 8; byte++) word |= (uint64_t)at[byte] << (8 * byte);
            word *= factor;
            word ^= word >> 47;
            hash ^= word * factor;
            hash *= factor;
        }
        if (length % 8) {
            for (uint64_t byte = 0; byte < length % 8; byte++) hash ^= (uint64_t)at[byte] << (8 * byte);
            hash *= factor;
        }
        hash ^= hash >> 47;
        hash *= factor;
        hash ^= hash >> 47;
        hashes[string] = hash;
    }
}

INLINE uint64_t mixed(uint64_t hash) {
    hash ^= hash >> 33;
    hash *= 0xff51afd7ed558ccdu;
    hash ^= hash >> 33;
    hash *= 0xc4ceb9fe1a85ec53u;
    return hash ^ hash >> 33;
}

/* For each key the sum of four rows of `table` (rows x width), to every `stride`th item of `into`. The rows are those of
   thinc's hash embeddings: MurmurHash3's last steps over a key of eight bytes. */
WIDE void hash_embed(const float *restrict table, int32_t rows, int32_t width, int32_t seed, const uint64_t *keys,
                     int32_t count, float *restrict into, int32_t stride) {
    for (int32_t key = 0; key < count; key++, into += stride) {
        uint64_t low = keys[key] * 0x87c37b91114253d5u, high = (uint64_t)(uint32_t)seed ^ 8;
        low = (low << 31 | low >> 33) * 0x4cf5ad432745937fu;
        low ^= high;
        low += high;
        high += low;
        low = mixed(low);
        high = mixed(high);
        low += high;
        high += low;
        const uint32_t found[4] = {(uint32_t)low, (uint32_t)(low >> 32), (uint32_t)high, (uint32_t)(high >> 32)};
        memset(into, 0, sizeof(float) * (size_t)width);
        for (int hash = 0; hash < 4; hash++) {
            const float *row = table + (int64_t)(found[hash] % (uint32_t)rows) * width;
            for (int32_t i = 0; i < width; i++) into[i] += row[i];
        }
    }
}

/* ---- The encoder ------------------------------------------------------------------------------------------------- */

/* For each of `rows` rows: add to `x` (width) the layer norm of the largest of `pieces` pieces of `products`
   (pieces x width, without their bias). */
WIDE void add_normed_maxout(float *restrict x, const float *restrict products, const float *restrict bias,
                            const float *restrict gain, const float *restrict shift, int32_t rows, int32_t width,
                            int32_t pieces) {
    float best[MAX_WIDTH];
    for (int32_t row = 0; row < rows; row++) {
        const float *product = products + (int64_t)row * pieces * width;
        float sums[LANES] = {0}, squares[LANES] = {0};
        for (int32_t i = 0; i < width; i++) best[i] = product[i] + bias[i];
        for (int32_t piece = 1; piece < pieces; piece++) {
            const float *other = product + piece * width, *offset = bias + piece * width;
            for (int32_t i = 0; i < width; i++) {
                float value = other[i] + offset[i];
                best[i] = value > best[i] ? value : best[i];
            }
        }
        for (int32_t i = 0; i < width; i += LANES)
            for (int32_t lane = 0; lane < LANES; lane++) sums[lane] += best[i + lane];
        float mean = 0;
        for (int32_t lane = 0; lane < LANES; lane++) mean += sums[lane];
        mean /= (float)width;
        for (int32_t i = 0; i < width; i += LANES)
            for (int32_t lane = 0; lane < LANES; lane++) {
                float distance = best[i + lane] - mean;
                squares[lane] += distance * distance;
            }
        float variance = 0;
        for (int32_t lane = 0; lane < LANES; lane++) variance += squares[lane];
        float scale = 1.0f / sqrtf(variance / (float)width + 1e-8f);
        float *into = x + (int64_t)row * width;
        for (int32_t i = 0; i < width; i++) into[i] += (best[i] - mean) * scale * gain[i] + shift[i];
    }
}

/* ---- Scores of a state ------------------------------------------------------------------------------------------- */

typedef struct {
    const float *products;  /* tokens x features x pieces x hidden: the lower layer of every token in every role */
    const float *missing;   /* features x pieces x hidden: the same, of a token that is not there */
    const float *bias;      /* pieces x hidden */
    const float *upper;     /* hidden x classes */
    const float *upper_bias; /* classes */
    const int8_t *moves;    /* classes: what each does */
    const int32_t *labels;  /* classes: the label it gives */
    int32_t features, pieces, hidden, classes;
} Model;

/* The scores of the classes for the state whose feature tokens are `ids` (-1: not there). */
INLINE void score(const Model *model, const int32_t *ids, float *restrict summed, float *restrict scores) {
    const int32_t hidden = model->hidden, size = hidden * model->pieces, classes = model->classes;
    memcpy(summed, model->bias, sizeof(float) * (size_t)size);
    for (int32_t feature = 0; feature < model->features; feature++) {
        const float *row = ids[feature] < 0
                               ? model->missing + feature * size
                               : model->products + ((int64_t)ids[feature] * model->features + feature) * size;
        for (int32_t i = 0; i < size; i++) summed[i] += row[i];
    }
    for (int32_t piece = 1; piece < model->pieces; piece++) {
        const float *other = summed + piece * hidden;
        for (int32_t i = 0; i < hidden; i++) summed[i] = other[i] > summed[i] ? other[i] : summed[i];
    }
    memcpy(scores, model->upper_bias, sizeof(float) * (size_t)classes);
    for (int32_t i = 0; i < hidden; i++) {
        const float value = summed[i], *weights = model->upper + i * classes;
        for (int32_t class = 0; class < classes; class ++) scores[class] += value * weights[class];
    }
}

/* ---- Names: BILUO ------------------------------------------------------------------------------------------------ */

/* A class with another number is never valid: spaCy has a unit without a label, for names set beforehand. */
enum { BEGIN, IN, LAST, UNIT, OUT };

/* Names of the documents that lie between consecutive `offsets`. A token is white space, or starts a sentence, by the
   bytes of `space` and `sentence_start`. Writes (first token, one past the last, label) to `found`; answers how many. */
WIDE int32_t find_names(const Model *model, const int32_t *offsets, int32_t documents, const uint8_t *space,
                        const uint8_t *sentence_start, int32_t *found) {
    float summed[MAX_HIDDEN], scores[MAX_CLASSES];
    int32_t count = 0;
    for (int32_t document = 0; document < documents; document++) {
        const int32_t end = offsets[document + 1];
        int32_t open = -1, label = -1;
        for (int32_t token = offsets[document]; token < end; token++) {
            const int32_t ids[3] = {token, open, open < 0 ? -1 : token - 1};
            score(model, ids, summed, scores);
            const int last = token + 1 == end, cut = !last && sentence_start[token + 1];
            int32_t best = -1;
            for (int32_t class = 0; class < model->classes; class ++) {
                int valid = 0;
                switch (model->moves[class]) {
                    case BEGIN: valid = open < 0 && !last && !cut && !space[token]; break;
                    case UNIT: valid = open < 0 && !space[token]; break;
                    case OUT: valid = open < 0; break;
                    case IN: valid = open >= 0 && !last && !cut && model->labels[class] == label; break;
                    case LAST: valid = open >= 0 && model->labels[class] == label; break;
                }
                if (valid && (best < 0 || scores[class] > scores[best])) best = class;
            }
            switch (best < 0 ? OUT : model->moves[best]) {
                case BEGIN:
                    open = token;
                    label = model->labels[best];
                    break;
                case UNIT: open = token; /* fall through */
                case LAST:
                    found[3 * count] = open;
                    found[3 * count + 1] = token + 1;
                    found[3 * count + 2] = model->labels[best];
                    count++;
                    open = -1;
                    break;
            }
        }
    }
    return count;
}

/* ---- Dependencies: arc-eager ------------------------------------------------------------------------------------- */

enum { SHIFT, REDUCE, LEFT, RIGHT, BREAK, NEVER, MOVES };

/* The state of one document. Tokens are numbered from 0; arrays have one item a token. */
typedef struct {
    int32_t length, next; /* next: first token of the buffer that was never on the stack */
    int32_t *stack, depth;
    int32_t *returned, returns; /* tokens put back in front of the buffer, the foremost last */
    int32_t *heads, *classes;   /* -1: none */
    int32_t *left, *right;      /* the latest child on that side; -1: none */
    int32_t *before;            /* of a child: the child of the same head and side that came before it; -1: none */
    uint8_t *fixed;             /* may not be shifted again */
    uint8_t *breaks;            /* was made the start of a sentence */
} State;

INLINE int32_t in_stack(const State *state, int32_t at) {
    return at < state->depth ? state->stack[state->depth - 1 - at] : -1;
}

INLINE int32_t in_buffer(const State *state, int32_t at) {
    if (at < state->returns) return state->returned[state->returns - 1 - at];
    const int32_t token = state->next + at - state->returns;
    return token < state->length ? token : -1;
}

INLINE void push(State *state) {
    state->stack[state->depth++] = state->returns ? state->returned[--state->returns] : state->next++;
}

INLINE void attach(State *state, int32_t head, int32_t child, int32_t class) {
    const int32_t former = state->heads[child];
    if (former >= 0) { /* always the latest child of its head: nothing can be attached there while `child` lies above */
        int32_t *latest = former > child ? state->left : state->right;
        latest[former] = state->before[child];
    }
    int32_t *latest = head > child ? state->left : state->right;
    state->before[child] = latest[head];
    latest[head] = child;
    state->heads[child] = head;
    state->classes[child] = class;
}

INLINE void take(State *state, int move, int32_t class) {
    const int32_t top = in_stack(state, 0), front = in_buffer(state, 0);
    switch (move) {
        case SHIFT: push(state); break;
        case REDUCE:
            state->depth--;
            if (state->heads[top] < 0 && state->depth > 0) { /* it needs a head yet: back to the buffer, once */
                state->fixed[top] = 1;
                state->returned[state->returns++] = top;
            }
            break;
        case LEFT:
            attach(state, front, top, class);
            state->fixed[front] = 0;
            state->depth--;
            break;
        case RIGHT:
            attach(state, top, front, class);
            push(state);
            break;
        case BREAK: state->breaks[in_buffer(state, 1)] = 1; break;
    }
}

/* Edges of each token's subtree, and which tokens start a sentence: those at the left edge of a root's. Repeated, as
   crossing arcs need it, until no head lies outside its sentence, twelve times at most. As spaCy's
   `set_children_from_heads` does it, in the same order. */
INLINE void find_edges(int32_t length, const int32_t *heads, int32_t *left_edge, int32_t *right_edge, uint8_t *starts) {
    for (int32_t token = 0; token < length; token++) left_edge[token] = right_edge[token] = token;
    for (int round = 0, settled = 0; round < 12 && !settled; round++) {
        for (int32_t step = 0; step < 2 * length; step++) {
            const int32_t token = step < length ? step : 2 * length - 1 - step, head = heads[token];
            if (left_edge[token] < left_edge[head]) left_edge[head] = left_edge[token];
            if (right_edge[token] > right_edge[head]) right_edge[head] = right_edge[token];
        }
        memset(starts, 0, (size_t)length);
        for (int32_t token = 0; token < length; token++)
            if (heads[token] == token) starts[left_edge[token]] = 1;
        settled = 1;
        for (int32_t first = 0, end = 0; end < length && settled; end++) {
            if (!(end > 0 && starts[end]) && end != length - 1) continue;
            for (int32_t token = first; token < end; token++)
                if (heads[token] < first || heads[token] > end) settled = 0;
            first = end;
        }
    }
}

void find_sentences(const int32_t *offsets, int32_t documents, const int32_t *heads, int32_t *left_edge,
                    int32_t *right_edge, uint8_t *starts) {
    for (int32_t document = 0; document < documents; document++) {
        const int32_t first = offsets[document];
        find_edges(offsets[document + 1] - first, heads + first, left_edge + first, right_edge + first, starts + first);
    }
}

/* Heads (within the document; a root's is itself) and labels (-1: a root's) of every token. To work in: `numbers`, five a
   token of the longest document, and `bytes`, two a token. */
WIDE void find_heads(const Model *model, const int32_t *offsets, int32_t documents, int32_t *heads, int32_t *classes,
                     int32_t *numbers, uint8_t *bytes) {
    float summed[MAX_HIDDEN], scores[MAX_CLASSES];
    for (int32_t document = 0; document < documents; document++) {
        const int32_t start = offsets[document], length = offsets[document + 1] - start;
        const size_t size = sizeof(int32_t) * (size_t)length;
        State state = {
            .length = length,
            .stack = numbers,
            .returned = numbers + length,
            .left = numbers + 2 * length,
            .right = numbers + 3 * length,
            .before = numbers + 4 * length,
            .heads = heads + start,
            .classes = classes + start,
            .fixed = bytes,
            .breaks = bytes + length,
        };
        memset(state.left, 0xff, 2 * size);
        memset(state.heads, 0xff, size);
        memset(state.classes, 0xff, size);
        memset(bytes, 0, 2 * (size_t)length);
        while (state.depth || state.returns || state.next < length) {
            const int32_t buffered = state.returns + length - state.next;
            const int32_t front = in_buffer(&state, 0), second = in_buffer(&state, 1), top = in_stack(&state, 0);
            int32_t ids[8] = {
                front,
                second,
                top,
                in_stack(&state, 1),
                in_stack(&state, 2),
                front < 0 ? -1 : state.left[front],
                top < 0 ? -1 : state.left[top],
                top < 0 ? -1 : state.right[top],
            };
            for (int feature = 0; feature < 8; feature++)
                if (ids[feature] >= 0) ids[feature] += start;
            score(model, ids, summed, scores);
            const int broken = front >= 0 && state.breaks[front];
            int valid[MOVES] = {0};
            valid[SHIFT] = !state.depth || (buffered >= 2 && !broken && !state.fixed[front]);
            valid[REDUCE] = state.depth > 0;
            valid[LEFT] = valid[RIGHT] = state.depth && buffered && !broken;
            valid[BREAK] = buffered >= 2 && second == front + 1 && !state.breaks[second];
            int32_t best = -1;
            for (int32_t class = 0; class < model->classes; class ++)
                if (valid[model->moves[class]] && (best < 0 || scores[class] > scores[best])) best = class;
            if (best < 0) break;
            take(&state, model->moves[best], model->labels[best]);
        }
        for (int32_t token = 0; token < length; token++)
            if (state.heads[token] < 0) state.heads[token] = token;
    }
}
