package dataplane

// links are a place in a list.
type links struct{ older, newer uint32 }

// chain is a list of entries of a pool.
type chain struct{ oldest, newest uint32 }

// list is a chain with the pool of its entries, and where each keeps its place in it.
type list[T any] struct {
	entries *pool[T]
	*chain
	place func(*T) *links
}

// append puts an entry at the end.
func (l list[T]) append(id uint32) { l.insert(id, l.newest) }

// insert puts an entry behind another; noIndex: before all.
func (l list[T]) insert(id, behind uint32) {
	at := links{older: behind, newer: l.oldest}
	if behind == noIndex {
		l.oldest = id
	} else {
		before := l.place(l.entries.at(behind))
		at.newer, before.newer = before.newer, id
	}
	if at.newer == noIndex {
		l.newest = id
	} else {
		l.place(l.entries.at(at.newer)).older = id
	}
	*l.place(l.entries.at(id)) = at
}

// remove takes an entry out.
func (l list[T]) remove(id uint32) {
	at := *l.place(l.entries.at(id))
	if at.older == noIndex {
		l.oldest = at.newer
	} else {
		l.place(l.entries.at(at.older)).newer = at.newer
	}
	if at.newer == noIndex {
		l.newest = at.older
	} else {
		l.place(l.entries.at(at.newer)).older = at.older
	}
}
