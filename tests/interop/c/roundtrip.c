/* Decodes and encodes what comes in, type by type: the C half of the wire tests. The test writes harness.c. */

#include "harness.c"
