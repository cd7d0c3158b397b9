/*
 * Bech32 (BIP 173) without its limit on length, as age uses it.
 */
#ifndef EV_FORMAT_BECH32_H
#define EV_FORMAT_BECH32_H

#include "base/bytes.h"

/* Bytes of the text, its NUL included: hrp, "1", five bits a letter, checksum. */
#define EV_BECH32_SIZE(hrp_len, data_len) ((hrp_len) + 1 + ((data_len)*8 + 4) / 5 + 6 + 1)

/*
 * Writes "<hrp>1<data><checksum>" and a NUL, in capitals when hrp is; `out`
 * has EV_BECH32_SIZE(strlen(hrp), len) bytes.
 */
void ev_bech32_encode(const char *hrp, const uint8_t *data, size_t len, char *out);
/* hrp is compared in the case given; exactly `len` bytes of data, padding zero; false otherwise. */
bool ev_bech32_decode(struct ev_slice text, const char *hrp, uint8_t *data, size_t len);

#endif
