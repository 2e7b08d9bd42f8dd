package main

import (
	"fmt"
	"path/filepath"
	"sync"

	"headroom/results/folder"
	"headroom/results/sweep"
)

// planKeeper keeps the replications of a purchase in an archive.
type planKeeper struct {
	archive *sweep.Archive
	full    sync.Once // nothing more can be kept
}

// keepPlan opens the archive of a purchase in the folder of its files. What is in it of an
// earlier purchase, of something else, goes with that one's files.
func keepPlan(e *experiment, to *folder.Folder) (*planKeeper, error) {
	manifest, err := wholeManifest(e.Depends())
	if err != nil {
		return nil, err
	}
	archive, another, err := sweep.OpenArchive(disk, to.Dir(), manifest)
	if err != nil {
		return nil, outFault(err)
	}
	tellKept(filepath.Join(to.Dir(), sweep.ArchiveName), "purchase", another, archive.Len())
	return &planKeeper{archive: archive}, nil
}

// tellKept says what was found in the journal of an earlier command.
func tellKept(journal, thing, another string, replications int) {
	if another != "" {
		complain(fmt.Sprintf("%s: was of another %s, or is damaged; this one begins anew", journal, thing))
	} else if replications > 0 {
		complain(fmt.Sprintf("%s: goes on after %s replications", filepath.Dir(journal), counted(replications)))
	}
}

// Recall implements [buying.Keeper].
func (k *planKeeper) Recall(way string, index int) ([]byte, bool, error) {
	return k.archive.Recall(way, index)
}

// Keep implements [buying.Keeper]. A disk that takes no more is no reason to end the purchase:
// only, what killed it would lose the rest.
func (k *planKeeper) Keep(way string, index int, left []byte) {
	if err := k.archive.Keep(way, index, left); err != nil {
		k.full.Do(func() { complain(err.Error() + "; the purchase goes on, but could not be taken up again from here") })
	}
}

// close brings everything to disk.
func (k *planKeeper) close() {
	if err := k.archive.Close(); err != nil {
		k.full.Do(func() { complain(err.Error()) })
	}
}
