// Sumdb checks the log of a vault with the Go team's own libraries for notes
// and transparency logs, and knows nothing of evault but FORMAT.md.
//
//	sumdb [-key VKEY] [-proof FILE [-entry FILE]] VAULTDIR [OLD_CHECKPOINT]
//	sumdb -entries DIR
//
// The log key is taken from the vault note unless -key gives another.  With
// -proof it checks a tlog-proof too, of the bytes in -entry or else of the
// entry in the log.  With -entries there are no tiles of hashes: it is a log
// that was kept when a vault was received.  It prints "ok CLAIM" or "not ok CLAIM" for each claim,
// and exits with status 1 when one does not hold, 2 when it could not run.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

type session struct {
	failed bool
}

// Claim reports whether err is nil under the claim's name, and returns it.
func (s *session) claim(name string, err error) bool {
	if err != nil {
		s.failed = true
		fmt.Printf("# %v\nnot ok %s\n", err, name)
		return false
	}
	fmt.Printf("ok %s\n", name)
	return true
}

func run(s *session, dir, key, old, proof, entry string, entriesOnly bool) {
	v, err := openVaultNote(filepath.Join(dir, "vault"))
	if !s.claim("vault_note_is_signed_by_log_key_and_owner", err) {
		return
	}
	note, err := os.ReadFile(filepath.Join(dir, "log", "checkpoint"))
	if !s.claim("checkpoint_is_there", err) {
		return
	}
	head, err := parseCheckpoint(string(note))
	if !s.claim("checkpoint_has_the_three_lines", err) {
		return
	}
	l := &logFiles{dir: filepath.Join(dir, "log"), size: head.size}
	if !s.claim("every_entry_bundle_is_there_and_whole", l.readEntries()) {
		return
	}
	if !s.claim("hashes_of_the_leaves_can_be_stored", l.hashLeaves()) {
		return
	}
	keys, err := checkEntries(v, l)
	s.claim("every_entry_is_signed_by_an_admitted_actor_and_names_the_tree_before_it", err)
	if key != "" {
		keys = []string{key}
	}
	_, err = openCheckpoint(note, keys)
	s.claim("checkpoint_is_signed_by_the_log_key", err)
	s.claim("root_of_the_entries_is_the_root_of_the_checkpoint", l.checkRoot(head))
	if entriesOnly {
		return
	}
	s.claim("every_tile_is_there_with_the_width_of_the_checkpoint", l.checkTileSizes())
	s.claim("every_hash_in_the_tiles_is_that_of_the_entries", l.checkTiles())
	n, err := l.checkInclusion(head)
	s.claim(fmt.Sprintf("%d_inclusion_proofs_from_the_tiles_verify", n), err)
	n, err = l.checkConsistency()
	s.claim(fmt.Sprintf("%d_consistency_proofs_from_the_tiles_verify", n), err)
	if old != "" {
		s.claim("old_checkpoint_is_the_past_of_this_log", checkOld(l, head, old, keys))
	}
	if proof != "" {
		s.claim("tlog_proof_verifies", checkProofFile(l, proof, entry, keys))
	}
}

func main() {
	key := flag.String("key", "", "vkey of the log, instead of that in the vault note")
	proof := flag.String("proof", "", "tlog-proof to check")
	entry := flag.String("entry", "", "file with the entry that the tlog-proof is for")
	entries := flag.Bool("entries", false, "there are no tiles but those of entries")
	flag.Parse()
	if flag.NArg() < 1 || flag.NArg() > 2 || (*entry != "" && *proof == "") {
		fmt.Fprintln(os.Stderr,
			"usage: sumdb [-key VKEY] [-proof FILE [-entry FILE]] VAULTDIR [OLD_CHECKPOINT]")
		os.Exit(2)
	}
	if _, err := os.Stat(flag.Arg(0)); errors.Is(err, os.ErrNotExist) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	s := &session{}
	run(s, flag.Arg(0), *key, flag.Arg(1), *proof, *entry, *entries)
	if s.failed {
		os.Exit(1)
	}
}
