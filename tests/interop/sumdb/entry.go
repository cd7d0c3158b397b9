package main

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

const actorPrefix = "evault/actor/"

type vaultNote struct {
	origin, logKey, owner string
}

func field(line, name string) (string, error) {
	if !strings.HasPrefix(line, name+" ") {
		return "", fmt.Errorf("%q is no %s line", line, name)
	}
	return strings.TrimPrefix(line, name+" "), nil
}

// NamedByKey tells whether the vkey's name is the prefix and the SHA-256 of its key.
func namedByKey(vkey, prefix string) error {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return fmt.Errorf("%s: no vkey", vkey)
	}
	raw, err := base64.StdEncoding.Strict().DecodeString(parts[2])
	if err != nil || len(raw) != 33 {
		return fmt.Errorf("%s: no Ed25519 key", vkey)
	}
	sum := sha256.Sum256(raw[1:])
	if parts[0] != prefix+hex.EncodeToString(sum[:]) {
		return fmt.Errorf("%s: not named by its key", vkey)
	}
	return nil
}

// OpenVaultNote reads and verifies the vault note: FORMAT.md, section 2.
func openVaultNote(path string) (v vaultNote, err error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return v, err
	}
	lines := strings.Split(string(data), "\n")
	if len(lines) < 6 || lines[0] != "evault/vault/v1" || lines[5] != "" {
		return v, errors.New("not the lines of a vault note")
	}
	for i, to := range []*string{&v.origin, &v.logKey, &v.owner} {
		name := []string{"origin", "log-key", "owner"}[i]
		if *to, err = field(lines[i+1], name); err != nil {
			return v, err
		}
	}
	if err = namedByKey(v.logKey, "evault/"); err != nil {
		return v, err
	}
	if err = namedByKey(v.owner, actorPrefix); err != nil {
		return v, err
	}
	known, err := verifiers([]string{v.logKey, v.owner})
	if err != nil {
		return v, err
	}
	n, err := note.Open(data, known)
	if err == nil && (len(n.Sigs) != 2 || len(n.UnverifiedSigs) != 0 || n.Sigs[0].Name != v.origin) {
		err = errors.New("not signed by the log key, then the owner, and nobody else")
	}
	return v, err
}

// Actors are those who may sign at one point of the log.
type actors struct {
	vkey, role map[string]string // by name
}

func (a *actors) admit(vkey, role string) error {
	if err := namedByKey(vkey, actorPrefix); err != nil {
		return err
	}
	name, _, _ := strings.Cut(vkey, "+")
	a.vkey[name] = vkey
	a.role[name] = role
	return nil
}

// CheckEntry verifies form and signature of one entry; it gives the signer's name and the lines.
func checkEntry(l *logFiles, origin string, index int64, a *actors, logKey string) (string,
	[]string, error) {
	keys := []string{logKey}
	for _, vkey := range a.vkey {
		keys = append(keys, vkey)
	}
	known, err := verifiers(keys)
	if err != nil {
		return "", nil, err
	}
	n, err := note.Open(l.entries[index], known)
	if err != nil {
		return "", nil, err
	}
	if len(n.UnverifiedSigs) != 0 || n.Sigs[0].Name == origin {
		return "", nil, errors.New("not signed by an actor first, or also by a stranger")
	}
	root, err := treeHash(index, l.fromEntries())
	if err != nil {
		return "", nil, err
	}
	head := fmt.Sprintf("evault/entry/v1\norigin %s\nafter %d %s\n", origin, index, hexOf(root))
	if !strings.HasPrefix(n.Text, head) {
		return "", nil, fmt.Errorf("its head is not\n# %s", strings.ReplaceAll(head, "\n", "\n# "))
	}
	lines := strings.Split(strings.TrimPrefix(n.Text, head), "\n")
	lines = lines[:len(lines)-1]
	byLog := strings.Contains(n.Text, "\nlog-key ")
	if len(lines) == 0 || (len(n.Sigs) == 2) != byLog || len(n.Sigs) > 2 {
		return "", nil, errors.New("not one signature, and one by the log key where that changes")
	}
	return n.Sigs[0].Name, lines, nil
}

// ApplyKeys follows the lines that name keys; only an owner's count.
func applyKeys(lines []string, signer string, a *actors, logKeys *[]string) error {
	byOwner := a.role[signer] == "owner"
	for _, line := range lines {
		words := strings.Split(line, " ")
		switch {
		case words[0] != "actor" && words[0] != "actor-end" && words[0] != "log-key":
			continue
		case !byOwner:
			return fmt.Errorf("%q, and not by an owner", line)
		case words[0] == "actor" && len(words) == 3:
			if err := a.admit(words[1], words[2]); err != nil {
				return err
			}
		case words[0] == "actor-end" && len(words) == 2 && a.vkey[actorPrefix+words[1]] != "":
			delete(a.vkey, actorPrefix+words[1])
			delete(a.role, actorPrefix+words[1])
		case words[0] == "log-key" && len(words) == 2:
			*logKeys = append(*logKeys, words[1])
		default:
			return fmt.Errorf("%q is malformed", line)
		}
	}
	return nil
}

// CheckEntries checks every entry and gives the log keys that the log has had.
func checkEntries(v vaultNote, l *logFiles) ([]string, error) {
	a := &actors{make(map[string]string), make(map[string]string)}
	logKeys := []string{v.logKey}
	if err := a.admit(v.owner, "owner"); err != nil {
		return logKeys, err
	}
	for i := range l.entries {
		signer, lines, err := checkEntry(l, v.origin, int64(i), a, logKeys[len(logKeys)-1])
		if err != nil {
			return logKeys, fmt.Errorf("entry %d: %v", i, err)
		}
		if i == 0 && !strings.Contains(strings.Join(lines, "\n"), "actor "+v.owner+" owner") {
			return logKeys, errors.New("entry 0 does not admit the owner of the vault note")
		}
		if err = applyKeys(lines, signer, a, &logKeys); err != nil {
			return logKeys, fmt.Errorf("entry %d: %v", i, err)
		}
	}
	return logKeys, nil
}
