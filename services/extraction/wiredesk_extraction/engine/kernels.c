/* The inner loops of the engine: products of matrices, layers of the encoder, and the two greedy transition systems.

   Built by hatch_build.py, without fused multiply-add but where FUSED says so. */

#include <math.h>
#include <stdint.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

enum { MAX_HIDDEN = 256, MAX_CLASSES = 1024, MAX_WIDTH = 512, MAX_PIECES = 4, MAX_FEATURES = 8 };

/* ---- Registers --------------------------------------------------------------------------------------------------- */

/* A matrix lies in panels of PANEL columns (columns / PANEL x depth x PANEL); rows are as wide as some whole panels. */
enum { PANEL = 16, STRIP_PANELS = 7, BLOCK_ROWS = 48 };

/* What wide registers are worth having for, and how many floats they hold. */
typedef struct {
    int32_t floats;
    /* `rows` (height, each of `depth` floats) by `width` panels, the sums starting from `start` (width x PANEL), to `into`
       (height, `stride` floats apart, of width x PANEL); if `larger`, only where that is larger than what is there. */
    void (*multiply)(const float *panels, int32_t depth, int32_t width, const float *const *rows, int32_t height,
                     const float *start, int larger, float *into, int32_t stride);
    /* `start` (width) and `count` rows of as many floats, added up in `into`. */
    void (*add_rows)(const float *const *rows, int32_t count, int32_t width, const float *start, float *into);
    /* `rest` (width) and the layer norm of `row` (width), to `into`, which may be `rest`. */
    void (*normalise)(const float *row, const float *rest, const float *gain, const float *shift, int32_t width,
                      float *into);
} Loops;

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

#define NAMED(name) name##_sse
#define TARGET
#define Vector __m128
#define FLOATS 4
#define REPEATED _mm_set1_ps
#define FUSED(a, b, c) _mm_add_ps(_mm_mul_ps(a, b), c)
#define LARGER _mm_max_ps
#define TILE_ROWS 3
#include "loops.h"

#define NAMED(name) name##_avx2
#define TARGET __attribute__((target("avx2,fma")))
#define Vector __m256
#define FLOATS 8
#define REPEATED _mm256_set1_ps
#define FUSED _mm256_fmadd_ps
#define LARGER _mm256_max_ps
#define TILE_ROWS 6
#include "loops.h"

#define NAMED(name) name##_avx512
#define TARGET __attribute__((target("avx512f")))
#define Vector __m512
#define FLOATS 16
#define REPEATED _mm512_set1_ps
#define FUSED _mm512_fmadd_ps
#define LARGER _mm512_max_ps
#define TILE_ROWS 12
#include "loops.h"

/* Asked of the processor itself: ziglang's compiler denies all to __builtin_cpu_supports and to target_clones. */
static int32_t widest_here(void) {
    enum { AVX_STATE = 0x06, AVX512_STATE = 0xe6 }; /* registers that the operating system saves */
    uint32_t a, b, c, d, saved, high;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE) || !(c & bit_FMA)) return 4;
    __asm__("xgetbv" : "=a"(saved), "=d"(high) : "c"(0));
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return 4;
    if (b & bit_AVX512F && (saved & AVX512_STATE) == AVX512_STATE) return 16;
    return b & bit_AVX2 && (saved & AVX_STATE) == AVX_STATE ? 8 : 4;
}

static const Loops *const all_loops[] = {&loops_avx512, &loops_avx2, &loops_sse};

#elif defined(__aarch64__)
#include <arm_neon.h>

#define NAMED(name) name##_neon
#define TARGET
#define Vector float32x4_t
#define FLOATS 4
#define REPEATED vdupq_n_f32
#define FUSED(a, b, c) vfmaq_f32(c, a, b)
#define LARGER vmaxq_f32
#define TILE_ROWS 6
#include "loops.h"

static int32_t widest_here(void) { return 4; }

static const Loops *const all_loops[] = {&loops_neon};

#else

#define NAMED(name) name##_any
#define TARGET
#define Vector float
#define FLOATS 1
#define REPEATED
#define FUSED(a, b, c) ((a) * (b) + (c))
#define LARGER(a, b) ((a) > (b) ? (a) : (b))
#define TILE_ROWS 1
#include "loops.h"

static int32_t widest_here(void) { return 1; }

static const Loops *const all_loops[] = {&loops_any};

#endif

static const Loops *loops;

/* From now on the widest registers here of at most so many floats, or the narrowest; answers how many those hold. */
int32_t use_registers(int32_t floats) {
    const int32_t here = widest_here(), most = floats < here ? floats : here;
    size_t kind = 0;
    while (all_loops[kind]->floats > most && kind + 1 < sizeof all_loops / sizeof *all_loops) kind++;
    loops = all_loops[kind];
    return loops->floats;
}

__attribute__((constructor)) static void use_widest(void) { use_registers(INT32_MAX); }

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

/* For each key the sum of four rows of `table` (rows x width), to every `stride`th item of `into`, which holds zeros. The
   rows are those of thinc's hash embeddings: MurmurHash3's last steps over a key of eight bytes. */
void hash_embed(const float *table, int32_t rows, int32_t width, int32_t seed, const uint64_t *keys, int32_t count,
                float *into, int32_t stride) {
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
        const uint32_t hashes[4] = {(uint32_t)low, (uint32_t)(low >> 32), (uint32_t)high, (uint32_t)(high >> 32)};
        const float *found[4];
        for (int hash = 0; hash < 4; hash++) found[hash] = table + (int64_t)(hashes[hash] % (uint32_t)rows) * width;
        loops->add_rows(found, 4, width, into, into);
    }
}

/* ---- Layers ------------------------------------------------------------------------------------------------------ */

/* `count` rows of inputs, `step` floats apart, by `width` panels, the sums starting from `start` (width x PANEL), to
   `into` (count x width x PANEL). */
void multiply(const float *inputs, int32_t step, int32_t count, const float *panels, int32_t depth, int32_t width,
              const float *start, float *into) {
    const float *rows[BLOCK_ROWS];
    const int32_t stride = width * PANEL;
    for (int32_t first = 0, height; first < count; first += height) {
        height = count - first < BLOCK_ROWS ? count - first : BLOCK_ROWS;
        for (int32_t row = 0; row < height; row++) rows[row] = inputs + (int64_t)(first + row) * step;
        loops->multiply(panels, depth, width, rows, height, start, 0, into + (int64_t)first * stride, stride);
    }
}

typedef struct {
    const float *panels;       /* pieces x width / PANEL x depth x PANEL */
    const float *bias;         /* pieces x width */
    const float *gain, *shift; /* width */
    int32_t depth, pieces, width;
} Layer;

/* Maxout and layer norm of some rows, by `numbers` (count): `into` (width) becomes `rest` (width) and the norm of the
   largest of the pieces that `depth` inputs come to. The inputs of row n begin at n x `step`: they may overlap, as windows
   do. A block of rows goes through the whole layer while it is in the cache. */
void maxout_layer(const Layer *layer, const float *inputs, int32_t step, const int32_t *numbers, int32_t count,
                  const float *rest, float *into) {
    const int32_t width = layer->width, depth = layer->depth, blocks = (count + BLOCK_ROWS - 1) / BLOCK_ROWS;
    const float *rows[BLOCK_ROWS];
    float best[BLOCK_ROWS * MAX_WIDTH];
    for (int32_t block = 0, first = 0, height; block < blocks; block++, first += height) {
        height = (int32_t)((int64_t)count * (block + 1) / blocks) - first; /* equal ones: few rows alone are slow */
        for (int32_t row = 0; row < height; row++) rows[row] = inputs + (int64_t)numbers[first + row] * step;
        for (int32_t piece = 0; piece < layer->pieces; piece++)
            loops->multiply(layer->panels + (int64_t)piece * width * depth, depth, width / PANEL, rows, height,
                            layer->bias + piece * width, piece > 0, best, width);
        for (int32_t row = 0; row < height; row++) {
            const int64_t at = (int64_t)numbers[first + row] * width;
            loops->normalise(best + row * width, rest + at, layer->gain, layer->shift, width, into + at);
        }
    }
}

/* ---- Scores of a state ------------------------------------------------------------------------------------------- */

typedef struct {
    const float *vectors;    /* tokens x hidden */
    const float *lower;      /* panels of hidden x (features x pieces x hidden) */
    float *products;         /* longest document x features x pieces x hidden: what tokens come to; to work in */
    const float *missing;    /* features x pieces x hidden: what a token that is not there comes to */
    const float *bias;       /* pieces x hidden */
    const float *upper;      /* panels of hidden x classes */
    const float *upper_bias; /* classes */
    const int8_t *moves;     /* classes: what each does */
    const int32_t *labels;   /* classes: the label it gives */
    int32_t features, pieces, hidden, classes;
} Model;

/* A document's lower layer, of every token in every role: found a block ahead of the first token that needs it, so that
   it is still in the cache. */
typedef struct {
    const float *vectors; /* length x hidden */
    int32_t length, known;
} Document;

/* Has `products` hold what the tokens before `end` come to. */
INLINE void know(const Model *model, Document *document, int32_t end) {
    static const float zeros[MAX_FEATURES * MAX_PIECES * MAX_HIDDEN];
    const int32_t hidden = model->hidden, size = model->features * model->pieces * hidden;
    while (document->known < end && document->known < document->length) {
        const float *rows[BLOCK_ROWS];
        const int32_t left = document->length - document->known, height = left < BLOCK_ROWS ? left : BLOCK_ROWS;
        for (int32_t row = 0; row < height; row++)
            rows[row] = document->vectors + (int64_t)(document->known + row) * hidden;
        loops->multiply(model->lower, hidden, size / PANEL, rows, height, zeros, 0,
                        model->products + (int64_t)document->known * size, size);
        document->known += height;
    }
}

/* The scores of the classes for the state whose feature tokens are `ids` (-1: not there), all of them known. */
INLINE void score(const Model *model, const int32_t *ids, float *summed, float *scores) {
    const int32_t hidden = model->hidden, size = hidden * model->pieces;
    const float *rows[MAX_FEATURES];
    for (int32_t feature = 0; feature < model->features; feature++)
        rows[feature] = ids[feature] < 0 ? model->missing + feature * size
                                         : model->products + ((int64_t)ids[feature] * model->features + feature) * size;
    loops->add_rows(rows, model->features, size, model->bias, summed);
    for (int32_t piece = 1; piece < model->pieces; piece++) {
        const float *other = summed + piece * hidden;
        for (int32_t i = 0; i < hidden; i++) summed[i] = other[i] > summed[i] ? other[i] : summed[i];
    }
    const float *units = summed;
    loops->multiply(model->upper, hidden, model->classes / PANEL, &units, 1, model->upper_bias, 0, scores, 0);
}

/* ---- Names: BILUO ------------------------------------------------------------------------------------------------ */

/* A class with another number is never valid: spaCy has a unit without a label, for names set beforehand. */
enum { BEGIN, IN, LAST, UNIT, OUT };

/* Names of the documents that lie between consecutive `offsets`. A token is white space, or starts a sentence, by the
   bytes of `space` and `sentence_start`. Writes (first token, one past the last, label) to `found`; answers how many. */
int32_t find_names(const Model *model, const int32_t *offsets, int32_t documents, const uint8_t *space,
                   const uint8_t *sentence_start, int32_t *found) {
    float summed[MAX_PIECES * MAX_HIDDEN], scores[MAX_CLASSES];
    int32_t count = 0;
    for (int32_t document = 0; document < documents; document++) {
        const int32_t start = offsets[document], end = offsets[document + 1];
        Document read = {.vectors = model->vectors + (int64_t)start * model->hidden, .length = end - start};
        int32_t open = -1, label = -1;
        for (int32_t token = start; token < end; token++) {
            const int32_t at = token - start, ids[3] = {at, open < 0 ? -1 : open - start, open < 0 ? -1 : at - 1};
            know(model, &read, at + 1);
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
void find_heads(const Model *model, const int32_t *offsets, int32_t documents, int32_t *heads, int32_t *classes,
                int32_t *numbers, uint8_t *bytes) {
    float summed[MAX_PIECES * MAX_HIDDEN], scores[MAX_CLASSES];
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
        Document read = {.vectors = model->vectors + (int64_t)start * model->hidden, .length = length};
        memset(state.left, 0xff, 2 * size);
        memset(state.heads, 0xff, size);
        memset(state.classes, 0xff, size);
        memset(bytes, 0, 2 * (size_t)length);
        while (state.depth || state.returns || state.next < length) {
            const int32_t buffered = state.returns + length - state.next;
            const int32_t front = in_buffer(&state, 0), second = in_buffer(&state, 1), top = in_stack(&state, 0);
            const int32_t ids[8] = {
                front,
                second,
                top,
                in_stack(&state, 1),
                in_stack(&state, 2),
                front < 0 ? -1 : state.left[front],
                top < 0 ? -1 : state.left[top],
                top < 0 ? -1 : state.right[top],
            };
            know(model, &read, state.next + 2);
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
