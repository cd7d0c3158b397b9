/*
 * evault: a vault for evidence.  The whole public interface, in headers by what
 * a program does with a vault; each of them compiles alone, and includes only
 * others of them and headers of the C standard.
 *
 * The library never prints, never exits and never reads the environment.  It
 * is not thread safe per handle: one thread at a time may use a given vault.
 * It works on threads of its own, too, which are gone when the call returns;
 * the functions that it is given are called on the thread that called it.
 *
 * A function that can fail returns enum evault_status.  The last argument,
 * `err`, may be NULL; on success it is left alone, on failure it holds one
 * sentence that names the path or item.  What a check finds is data, handed
 * to a callback, and not a failure of the check.
 *
 * What a call is given stays the caller's, and what it fills is copied; the
 * few things that the caller is to free say so.  A callback gets the `ctx`
 * that was given with it; what else it gets lives until it returns.  One that
 * returns a status ends the call with it, unless it is EVAULT_OK.
 *
 * Text that came from evidence (names, folders, fields) is raw bytes: it may
 * hold control characters and invalid UTF-8.  Escape it before showing it.
 */
#ifndef EVAULT_H
#define EVAULT_H

#include "evault/check.h"   /* is all there as it was kept?  And merging small packs */
#include "evault/common.h"  /* errors, sizes of texts, progress */
#include "evault/contact.h" /* cards, and whose are kept */
#include "evault/get.h"     /* originals back */
#include "evault/item.h"    /* what an item is, as lists and searches give it */
#include "evault/keep.h"    /* add, testify, annotate, retract */
#include "evault/keys.h"    /* who holds keys; admitting, removing, exporting, panic */
#include "evault/look.h"    /* lists, searches, citations, history */
#include "evault/paper.h"   /* keys on paper */
#include "evault/receive.h" /* from another vault, or a bundle of it */
#include "evault/share.h"   /* bundles for others, and their receipts */
#include "evault/unlock.h"  /* identities, passphrases, secrets in memory, keys kept for a while */
#include "evault/vault.h"   /* making, opening and closing one; its head, and status */
#include "evault/verify.h"  /* bundles of others */

#endif
