package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type checkpoint struct {
	origin string
	size   int64
	root   tlog.Hash
}

// TreeHash is Go's, but for no entries, where RFC 6962 says SHA-256 of nothing.
func treeHash(n int64, r tlog.HashReader) (tlog.Hash, error) {
	if n == 0 {
		return sha256.Sum256(nil), nil
	}
	return tlog.TreeHash(n, r)
}

func decimal(text string) (int64, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err == nil && (n < 0 || strconv.FormatInt(n, 10) != text) {
		err = fmt.Errorf("%q is not the one spelling of a number", text)
	}
	return n, err
}

// Hash reads the base64 of one hash, in its one spelling.
func base64Hash(text string) (h tlog.Hash, err error) {
	raw, err := base64.StdEncoding.Strict().DecodeString(text)
	if err == nil && len(raw) != tlog.HashSize {
		err = fmt.Errorf("a hash of %d bytes", len(raw))
	}
	copy(h[:], raw)
	return h, err
}

// ParseCheckpoint takes text or note; it looks at the three lines alone.
func parseCheckpoint(text string) (c checkpoint, err error) {
	if i := strings.Index(text, "\n\n"); i >= 0 {
		text = text[:i+1]
	}
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[0] == "" || lines[3] != "" {
		return c, errors.New("not three lines")
	}
	c.origin = lines[0]
	if c.size, err = decimal(lines[1]); err != nil {
		return c, err
	}
	c.root, err = base64Hash(lines[2])
	return c, err
}

func verifiers(vkeys []string) (note.Verifiers, error) {
	var list []note.Verifier
	seen := make(map[string]bool)
	for _, vkey := range vkeys {
		v, err := note.NewVerifier(vkey)
		if err != nil {
			return nil, fmt.Errorf("%s: %v", vkey, err)
		}
		if !seen[vkey] {
			list = append(list, v)
		}
		seen[vkey] = true
	}
	return note.VerifierList(list...), nil
}

// OpenCheckpoint verifies one by one of the keys, whose name is the origin.
func openCheckpoint(data []byte, keys []string) (c checkpoint, err error) {
	known, err := verifiers(keys)
	if err != nil {
		return c, err
	}
	n, err := note.Open(data, known)
	if err != nil {
		return c, err
	}
	if len(n.UnverifiedSigs) != 0 {
		return c, errors.New("a signature by an unknown key")
	}
	c, err = parseCheckpoint(n.Text)
	if err == nil && n.Sigs[0].Name != c.origin {
		err = fmt.Errorf("signed by %s, not %s", n.Sigs[0].Name, c.origin)
	}
	return c, err
}

func checkOld(l *logFiles, head checkpoint, path string, keys []string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	old, err := openCheckpoint(data, keys)
	if err != nil {
		return err
	}
	if old.origin != head.origin || old.size > head.size {
		return fmt.Errorf("%s of %d is no past of %s of %d", old.origin, old.size, head.origin,
			head.size)
	}
	p, err := tlog.ProveTree(head.size, old.size, l.fromTiles())
	if err != nil {
		return err
	}
	return tlog.CheckTree(p, head.size, head.root, old.size, old.root)
}

// CheckProofFile checks a tlog-proof, C2SP tlog-proof.
func checkProofFile(l *logFiles, path, entry string, keys []string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	body, signed, found := bytes.Cut(data, []byte("\n\n"))
	lines := strings.Split(string(body), "\n")
	if !found || lines[0] != "c2sp.org/tlog-proof@v1" {
		return errors.New("not a tlog-proof")
	}
	if len(lines) > 1 && strings.HasPrefix(lines[1], "extra ") {
		lines = lines[1:]
	}
	if len(lines) < 2 || !strings.HasPrefix(lines[1], "index ") {
		return errors.New("no index line")
	}
	index, err := decimal(strings.TrimPrefix(lines[1], "index "))
	if err != nil {
		return err
	}
	var p tlog.RecordProof
	for _, line := range lines[2:] {
		h, err := base64Hash(line)
		if err != nil {
			return err
		}
		p = append(p, h)
	}
	c, err := openCheckpoint(signed, keys)
	if err != nil {
		return err
	}
	leaf, err := leafOf(l, index, entry)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(p, c.size, c.root, index, tlog.RecordHash(leaf))
}

func leafOf(l *logFiles, index int64, path string) ([]byte, error) {
	if path != "" {
		return os.ReadFile(path)
	}
	if index >= l.size {
		return nil, fmt.Errorf("no entry %d in the log", index)
	}
	return l.entries[index], nil
}

func hexOf(h tlog.Hash) string {
	return hex.EncodeToString(h[:])
}
