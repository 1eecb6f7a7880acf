/* The loops over floats for one kind of registers: kernels.c includes this once for each kind that it knows.

   It defines before: NAMED(name), what a function is called here; TARGET, what it is compiled for; Vector, of FLOATS
   floats; REPEATED(x), one float in all of them; FUSED(a, b, c), a * b + c; LARGER(a, b); and TILE_ROWS, of how many rows
   by a panel the registers hold the sums.

   Sums come out alike, to the last digit, whatever the registers' width, and whatever other rows there are. */

typedef Vector NAMED(Unaligned) __attribute__((aligned(4)));

enum { NAMED(PARTS) = PANEL / FLOATS };

/* TILE_ROWS rows by one panel. */
TARGET INLINE void NAMED(tile)(const float *restrict panel, int32_t depth, const float *const *rows,
                               const float *restrict start, int larger, float *restrict into, int32_t stride) {
    const float *inputs[TILE_ROWS];
    Vector sums[TILE_ROWS][NAMED(PARTS)];
    for (int row = 0; row < TILE_ROWS; row++) {
        inputs[row] = rows[row];
        for (int part = 0; part < NAMED(PARTS); part++)
            sums[row][part] = *(const NAMED(Unaligned) *)(start + part * FLOATS);
    }
    for (int32_t at = 0; at < depth; at++, panel += PANEL) {
        Vector weights[NAMED(PARTS)];
        for (int part = 0; part < NAMED(PARTS); part++)
            weights[part] = *(const NAMED(Unaligned) *)(panel + part * FLOATS);
#pragma GCC unroll 16
        for (int row = 0; row < TILE_ROWS; row++) {
            const Vector input = REPEATED(inputs[row][at]);
#pragma GCC unroll 16
            for (int part = 0; part < NAMED(PARTS); part++)
                sums[row][part] = FUSED(input, weights[part], sums[row][part]);
        }
    }
#pragma GCC unroll 16
    for (int row = 0; row < TILE_ROWS; row++)
#pragma GCC unroll 16
        for (int part = 0; part < NAMED(PARTS); part++) {
            NAMED(Unaligned) *out = (NAMED(Unaligned) *)(into + (int64_t)row * stride + part * FLOATS);
            *out = larger ? LARGER(sums[row][part], *out) : sums[row][part];
        }
}

/* One row by `width` panels: a constant in each call, so that the sums stay in registers. */
TARGET INLINE void NAMED(strip)(const float *restrict panels, int32_t depth, const float *restrict row, int width,
                                const float *restrict start, int larger, float *restrict into) {
    Vector sums[STRIP_PANELS * NAMED(PARTS)];
#pragma GCC unroll 28
    for (int part = 0; part < width * NAMED(PARTS); part++)
        sums[part] = *(const NAMED(Unaligned) *)(start + part * FLOATS);
    for (int32_t at = 0; at < depth; at++) {
        const Vector input = REPEATED(row[at]);
#pragma GCC unroll 28
        for (int part = 0; part < width * NAMED(PARTS); part++) {
            const float *weights = panels + ((int64_t)(part / NAMED(PARTS)) * depth + at) * PANEL;
            const NAMED(Unaligned) *weight = (const NAMED(Unaligned) *)(weights + part % NAMED(PARTS) * FLOATS);
            sums[part] = FUSED(input, *weight, sums[part]);
        }
    }
#pragma GCC unroll 28
    for (int part = 0; part < width * NAMED(PARTS); part++) {
        NAMED(Unaligned) *out = (NAMED(Unaligned) *)(into + part * FLOATS);
        *out = larger ? LARGER(sums[part], *out) : sums[part];
    }
}

/* `Loops.multiply` of kernels.c. After Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication" (2008):
   the matrix lies in panels in the order in which it is read; a panel stays in the nearest cache while tile after tile is
   summed in registers. */
TARGET static void NAMED(multiply)(const float *panels, int32_t depth, int32_t width, const float *const *rows,
                                   int32_t height, const float *start, int larger, float *into, int32_t stride) {
    if (height >= TILE_ROWS) {
        for (int32_t panel = 0; panel < width; panel++, panels += (int64_t)depth * PANEL)
            for (int32_t next = 0; next < height; next += TILE_ROWS) {
                const int32_t row = next + TILE_ROWS > height ? height - TILE_ROWS : next; /* some twice, none alone */
                NAMED(tile)(panels, depth, rows + row, start + panel * PANEL, larger,
                            into + (int64_t)row * stride + panel * PANEL, stride);
            }
        return;
    }
    for (int32_t row = 0; row < height; row++)
        for (int32_t panel = 0; panel < width; panel += STRIP_PANELS) {
            const float *strip = panels + (int64_t)panel * depth * PANEL, *from = start + panel * PANEL;
            float *to = into + (int64_t)row * stride + panel * PANEL;
            switch (width - panel) {
                case 1: NAMED(strip)(strip, depth, rows[row], 1, from, larger, to); break;
                case 2: NAMED(strip)(strip, depth, rows[row], 2, from, larger, to); break;
                case 3: NAMED(strip)(strip, depth, rows[row], 3, from, larger, to); break;
                case 4: NAMED(strip)(strip, depth, rows[row], 4, from, larger, to); break;
                case 5: NAMED(strip)(strip, depth, rows[row], 5, from, larger, to); break;
                case 6: NAMED(strip)(strip, depth, rows[row], 6, from, larger, to); break;
                default: NAMED(strip)(strip, depth, rows[row], STRIP_PANELS, from, larger, to);
            }
        }
}

/* `Loops.add_rows` of kernels.c. */
TARGET static void NAMED(add_rows)(const float *const *rows, int32_t count, int32_t width, const float *start,
                                   float *restrict into) {
    for (int32_t at = 0; at < width; at += PANEL) {
        Vector sums[NAMED(PARTS)];
        for (int part = 0; part < NAMED(PARTS); part++)
            sums[part] = *(const NAMED(Unaligned) *)(start + at + part * FLOATS);
        for (int32_t row = 0; row < count; row++)
            for (int part = 0; part < NAMED(PARTS); part++)
                sums[part] += *(const NAMED(Unaligned) *)(rows[row] + at + part * FLOATS);
        for (int part = 0; part < NAMED(PARTS); part++) *(NAMED(Unaligned) *)(into + at + part * FLOATS) = sums[part];
    }
}

/* `Loops.normalise` of kernels.c. */
TARGET static void NAMED(normalise)(const float *restrict row, const float *restrict rest, const float *restrict gain,
                                    const float *restrict shift, int32_t width, float *restrict into) {
    float sums[PANEL] = {0}, squares[PANEL] = {0};
    for (int32_t at = 0; at < width; at += PANEL)
        for (int lane = 0; lane < PANEL; lane++) sums[lane] += row[at + lane];
    float mean = 0;
    for (int lane = 0; lane < PANEL; lane++) mean += sums[lane];
    mean /= (float)width;
    for (int32_t at = 0; at < width; at += PANEL)
        for (int lane = 0; lane < PANEL; lane++) {
            const float distance = row[at + lane] - mean;
            squares[lane] += distance * distance;
        }
    float variance = 0;
    for (int lane = 0; lane < PANEL; lane++) variance += squares[lane];
    const float scale = 1.0f / sqrtf(variance / (float)width + 1e-8f);
    for (int32_t at = 0; at < width; at++) into[at] = rest[at] + ((row[at] - mean) * scale * gain[at] + shift[at]);
}

static const Loops NAMED(loops) = {FLOATS, NAMED(multiply), NAMED(add_rows), NAMED(normalise)};

#undef NAMED
#undef TARGET
#undef Vector
#undef FLOATS
#undef REPEATED
#undef FUSED
#undef LARGER
#undef TILE_ROWS
