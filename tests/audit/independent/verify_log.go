// verify_log reads an audit log (C2SP tlog-tiles) with nothing but Go's own transparency log packages and the log's
// verifier key. It shares no code with the station: a misunderstanding of the formats shows here.
//
// Usage: verify_log FOLDER VKEY-FILE
//
// It computes every leaf from the entry bundles, the root from the leaves, checks the signed checkpoint against it,
// and reads every tile through tlog.TileHashReader, which checks each against the signed root.
package main

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const tileHeight = 8
const tileWidth = 1 << tileHeight

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: verify_log FOLDER VKEY-FILE")
		os.Exit(2)
	}
	size, root, err := verify(os.Args[1], os.Args[2])
	if err != nil {
		fmt.Fprintln(os.Stderr, "the log does not hold:", err)
		os.Exit(1)
	}
	fmt.Printf("the log holds: %d entries, root %s\n", size, root)
}

func verify(folder, vkeyFile string) (int64, tlog.Hash, error) {
	none := tlog.Hash{}
	tree, err := openCheckpoint(folder, vkeyFile)
	if err != nil {
		return 0, none, err
	}
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var hashes []tlog.Hash
		for _, index := range indexes {
			hashes = append(hashes, stored[index])
		}
		return hashes, nil
	})
	for first := int64(0); first < tree.N; first += tileWidth {
		entries, err := readBundle(folder, first, tree.N)
		if err != nil {
			return 0, none, err
		}
		for i, entry := range entries {
			number := first + int64(i)
			if err := checkEntry(entry, number); err != nil {
				return 0, none, fmt.Errorf("entry %d: %v", number, err)
			}
			more, err := tlog.StoredHashes(number, entry, reader)
			if err != nil {
				return 0, none, err
			}
			stored = append(stored, more...)
		}
	}
	root, err := tlog.TreeHash(tree.N, reader)
	if err != nil {
		return 0, none, err
	}
	if root != tree.Hash {
		return 0, none, fmt.Errorf("the entries give root %v, the checkpoint says %v", root, tree.Hash)
	}
	return tree.N, root, checkTiles(folder, tree, stored)
}

// The three lines of a checkpoint (C2SP tlog-checkpoint), after its signature has been checked.
func openCheckpoint(folder, vkeyFile string) (tlog.Tree, error) {
	vkey, err := os.ReadFile(vkeyFile)
	if err != nil {
		return tlog.Tree{}, err
	}
	verifier, err := note.NewVerifier(strings.TrimSpace(string(vkey)))
	if err != nil {
		return tlog.Tree{}, err
	}
	signed, err := os.ReadFile(filepath.Join(folder, "checkpoint"))
	if err != nil {
		return tlog.Tree{}, err
	}
	opened, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.SplitN(opened.Text, "\n", 4)
	if len(lines) != 4 || lines[0] != verifier.Name() {
		return tlog.Tree{}, fmt.Errorf("the checkpoint is not one of %s", verifier.Name())
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || strconv.FormatInt(size, 10) != lines[1] {
		return tlog.Tree{}, fmt.Errorf("the checkpoint's size is malformed")
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil {
		return tlog.Tree{}, err
	}
	return tlog.Tree{N: size, Hash: root}, nil
}

// tlog.Tile writes paths as tile/H/L/N; C2SP leaves H out. Bundles are the level "data" there, "entries" here.
func filePath(folder string, tile tlog.Tile) string {
	path := strings.TrimPrefix(tile.Path(), fmt.Sprintf("tile/%d/", tileHeight))
	if tile.L == -1 {
		path = "entries/" + strings.TrimPrefix(path, "data/")
	}
	return filepath.Join(folder, "tile", filepath.FromSlash(path))
}

// Entries `first` to at most `first` + 255, each with its length in two bytes in front.
func readBundle(folder string, first, size int64) ([][]byte, error) {
	count := size - first
	if count > tileWidth {
		count = tileWidth
	}
	tile := tlog.Tile{H: tileHeight, L: -1, N: first / tileWidth, W: int(count)}
	bundle, err := os.ReadFile(filePath(folder, tile))
	if err != nil {
		return nil, err
	}
	var entries [][]byte
	for len(bundle) > 0 {
		if len(bundle) < 2 || len(bundle) < 2+int(binary.BigEndian.Uint16(bundle)) {
			return nil, fmt.Errorf("bundle %d is cut", tile.N)
		}
		length := int(binary.BigEndian.Uint16(bundle))
		entries = append(entries, bundle[2:2+length])
		bundle = bundle[2+length:]
	}
	if int64(len(entries)) != count {
		return nil, fmt.Errorf("bundle %d has %d entries, wanted %d", tile.N, len(entries), count)
	}
	return entries, nil
}

// A CloudEvent whose sequence is its place in the log.
func checkEntry(entry []byte, number int64) error {
	var event struct {
		SpecVersion string          `json:"specversion"`
		ID          string          `json:"id"`
		Source      string          `json:"source"`
		Type        string          `json:"type"`
		Sequence    string          `json:"sequence"`
		Data        json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(entry, &event); err != nil {
		return err
	}
	if event.SpecVersion != "1.0" || event.ID == "" || event.Source == "" || event.Type == "" || event.Data == nil {
		return fmt.Errorf("not a CloudEvent")
	}
	if event.Sequence != strconv.FormatInt(number, 10) {
		return fmt.Errorf("its sequence is %s", event.Sequence)
	}
	return nil
}

type tileFiles struct{ folder string }

func (files tileFiles) Height() int                     { return tileHeight }
func (files tileFiles) SaveTiles([]tlog.Tile, [][]byte) {}
func (files tileFiles) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var contents [][]byte
	for _, tile := range tiles {
		content, err := os.ReadFile(filePath(files.folder, tile))
		if err != nil && tile.W < tileWidth { // the full tile may have taken its place
			full := tile
			full.W = tileWidth
			content, err = os.ReadFile(filePath(files.folder, full))
			if err == nil {
				content = content[:tile.W*tlog.HashSize]
			}
		}
		if err != nil {
			return nil, err
		}
		contents = append(contents, content)
	}
	return contents, nil
}

// Every hash, read from the tiles and authenticated against the signed root, equals the one computed from the entries.
func checkTiles(folder string, tree tlog.Tree, stored []tlog.Hash) error {
	reader := tlog.TileHashReader(tree, tileFiles{folder})
	const atOnce = 1024
	for first := 0; first < len(stored); first += atOnce {
		var indexes []int64
		for index := first; index < len(stored) && index < first+atOnce; index++ {
			indexes = append(indexes, int64(index))
		}
		hashes, err := reader.ReadHashes(indexes)
		if err != nil {
			return err
		}
		for i, hash := range hashes {
			if hash != stored[first+i] {
				return fmt.Errorf("stored hash %d differs from the tiles", first+i)
			}
		}
	}
	return nil
}
