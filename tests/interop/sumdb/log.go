package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/mod/sumdb/tlog"
)

const (
	tileWidth  = 256
	tileHeight = 8

	// Up to these sizes every proof is made; in longer logs a sample.
	allInclusions   = 20000
	allConsistences = 128
)

// The log on disk, C2SP tlog-tiles.
type logFiles struct {
	dir     string
	size    int64
	entries [][]byte
	stored  []tlog.Hash // from the entries, in Go's order of stored hashes
	tiles   map[string][]byte
}

// TilePath is that of tlog-tiles: unlike Go's own it has no height in it.
func tilePath(level string, n int64, width int) string {
	path := fmt.Sprintf("%03d", n%1000)
	for n /= 1000; n > 0; n /= 1000 {
		path = fmt.Sprintf("x%03d/%s", n%1000, path)
	}
	if width < tileWidth {
		path += fmt.Sprintf(".p/%d", width)
	}
	return "tile/" + level + "/" + path
}

// Width of tile n on a level that has count hashes.
func width(n, count int64) int {
	if left := count - n*tileWidth; left < tileWidth {
		return int(left)
	}
	return tileWidth
}

func (l *logFiles) readEntries() error {
	for n := int64(0); n*tileWidth < l.size; n++ {
		path := tilePath("entries", n, width(n, l.size))
		data, err := os.ReadFile(filepath.Join(l.dir, path))
		if err != nil {
			return err
		}
		for i := 0; i < width(n, l.size); i++ {
			if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
				return fmt.Errorf("%s: cut short in entry %d of it", path, i)
			}
			end := 2 + int(binary.BigEndian.Uint16(data))
			l.entries = append(l.entries, data[2:end])
			data = data[end:]
		}
		if len(data) != 0 {
			return fmt.Errorf("%s: %d bytes after the last entry", path, len(data))
		}
	}
	return nil
}

// The hashes that were computed from the entries.
func (l *logFiles) fromEntries() tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var out []tlog.Hash
		for _, i := range indexes {
			if i >= int64(len(l.stored)) {
				return nil, fmt.Errorf("no stored hash %d", i)
			}
			out = append(out, l.stored[i])
		}
		return out, nil
	})
}

func (l *logFiles) hashLeaves() error {
	for i, entry := range l.entries {
		hashes, err := tlog.StoredHashes(int64(i), entry, l.fromEntries())
		if err != nil {
			return err
		}
		l.stored = append(l.stored, hashes...)
	}
	if int64(len(l.stored)) != tlog.StoredHashCount(l.size) {
		return fmt.Errorf("%d stored hashes for %d entries", len(l.stored), l.size)
	}
	return nil
}

// Tile gives the tile's bytes, whose number must be right.
func (l *logFiles) tile(level int, n int64) ([]byte, error) {
	w := width(n, l.size>>(tileHeight*level))
	path := tilePath(fmt.Sprint(level), n, w)
	if data, ok := l.tiles[path]; ok {
		return data, nil
	}
	data, err := os.ReadFile(filepath.Join(l.dir, path))
	if err != nil {
		return nil, err
	}
	if len(data) != w*tlog.HashSize {
		return nil, fmt.Errorf("%s: %d bytes for %d hashes", path, len(data), w)
	}
	if l.tiles == nil {
		l.tiles = make(map[string][]byte)
	}
	l.tiles[path] = data
	return data, nil
}

func treeOf(data []byte) tlog.Hash {
	if len(data) == tlog.HashSize {
		var h tlog.Hash
		copy(h[:], data)
		return h
	}
	half := len(data) / 2
	return tlog.NodeHash(treeOf(data[:half]), treeOf(data[half:]))
}

// The hashes that the tiles have, or from which they follow within one tile.
func (l *logFiles) fromTiles() tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var out []tlog.Hash
		for _, i := range indexes {
			level, n := tlog.SplitStoredHashIndex(i)
			below := level % tileHeight
			first := n << below
			data, err := l.tile(level/tileHeight, first/tileWidth)
			if err != nil {
				return nil, err
			}
			from := int(first%tileWidth) * tlog.HashSize
			to := from + tlog.HashSize<<below
			if to > len(data) {
				return nil, fmt.Errorf("hash %d of level %d is not in its tile", n, level)
			}
			out = append(out, treeOf(data[from:to]))
		}
		return out, nil
	})
}

func (l *logFiles) checkTileSizes() error {
	for level := 0; l.size>>(tileHeight*level) > 0; level++ {
		for n := int64(0); n*tileWidth < l.size>>(tileHeight*level); n++ {
			if _, err := l.tile(level, n); err != nil {
				return err
			}
		}
	}
	return nil
}

func (l *logFiles) checkTiles() error {
	for i := range l.stored {
		h, err := l.fromTiles().ReadHashes([]int64{int64(i)})
		if err != nil {
			return err
		}
		if h[0] != l.stored[i] {
			level, n := tlog.SplitStoredHashIndex(int64(i))
			return fmt.Errorf("hash %d of level %d is not that of the entries", n, level)
		}
	}
	return nil
}

func (l *logFiles) checkRoot(head checkpoint) error {
	root, err := treeHash(l.size, l.fromEntries())
	if err == nil && root != head.root {
		err = fmt.Errorf("root of the entries is %v, of the checkpoint %v", root, head.root)
	}
	return err
}

func (l *logFiles) checkInclusion(head checkpoint) (count int, err error) {
	step := 1 + l.size/allInclusions
	for n := int64(0); n < l.size; n += step {
		p, err := tlog.ProveRecord(l.size, n, l.fromTiles())
		if err != nil {
			return count, err
		}
		err = tlog.CheckRecord(p, l.size, head.root, n, tlog.RecordHash(l.entries[n]))
		if err != nil {
			return count, fmt.Errorf("entry %d: %v", n, err)
		}
		count++
	}
	return count, nil
}

func (l *logFiles) checkConsistency() (count int, err error) {
	// A step that is odd meets sizes of every form.
	step := 1 + l.size/allConsistences/2*2
	for t := l.size; t > 0; t -= step {
		for n := t; n > 0; n -= step {
			p, err := tlog.ProveTree(t, n, l.fromTiles())
			if err == nil {
				err = checkTree(p, t, n, l.fromEntries())
			}
			if err != nil {
				return count, fmt.Errorf("from %d to %d: %v", n, t, err)
			}
			count++
		}
	}
	return count, nil
}

func checkTree(p tlog.TreeProof, t, n int64, r tlog.HashReader) error {
	old, err := treeHash(n, r)
	if err != nil {
		return err
	}
	root, err := treeHash(t, r)
	if err != nil {
		return err
	}
	return tlog.CheckTree(p, t, root, n, old)
}
