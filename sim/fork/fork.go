package fork

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"sort"
	"time"
	"unsafe"
)

// Of returns a copy of what root leads to. Values of the shared types are the original's
// where a pointer or a slice leads to them.
func Of[T any](root *T, shared ...reflect.Type) *T {
	f := forker{
		shared: map[reflect.Type]bool{reflect.TypeFor[time.Location](): true},
		plain:  map[reflect.Type]bool{}, seen: map[place]bool{}, maps: map[unsafe.Pointer]reflect.Value{},
	}
	for _, t := range shared {
		f.shared[t] = true
	}
	f.reach(place{unsafe.Pointer(root), reflect.TypeFor[T](), 1})
	for len(f.pending) > 0 {
		next := f.pending[len(f.pending)-1]
		f.pending = f.pending[:len(f.pending)-1]
		for i := range next.n {
			f.find(unsafe.Add(next.at, uintptr(i)*next.elem.Size()), next.elem)
		}
	}
	f.merge()
	f.copy()
	return (*T)(f.moved(unsafe.Pointer(root)))
}

// place is memory that holds n values of a type.
type place struct {
	at   unsafe.Pointer
	elem reflect.Type
	n    int
}

func (p place) size() uintptr      { return uintptr(p.n) * p.elem.Size() }
func (p place) begin() uintptr     { return uintptr(p.at) }
func (p place) end() uintptr       { return uintptr(p.at) + p.size() }
func (p place) holds(q place) bool { return p.begin() <= q.begin() && q.end() <= p.end() }

// forker copies once.
type forker struct {
	shared, plain map[reflect.Type]bool
	seen          map[place]bool
	pending       []place
	places        []place // all that is reached; after merge disjoint, by address
	copies        []unsafe.Pointer
	maps          map[unsafe.Pointer]reflect.Value // copies, by the original; at first none
}

// header is a slice in memory.
type header struct {
	data     unsafe.Pointer
	len, cap int
}

// reach notes memory that is to be copied.
func (f *forker) reach(p place) {
	if p.at == nil || p.size() == 0 || f.seen[p] {
		return
	}
	f.seen[p] = true
	f.places = append(f.places, p)
	if !f.isPlain(p.elem) {
		f.pending = append(f.pending, p)
	}
}

// find reaches what a value leads to.
func (f *forker) find(at unsafe.Pointer, t reflect.Type) {
	if f.isPlain(t) {
		return
	}
	switch t.Kind() {
	case reflect.Pointer:
		f.reach(place{*(*unsafe.Pointer)(at), t.Elem(), 1})
	case reflect.Slice:
		h := (*header)(at)
		f.reach(place{h.data, t.Elem(), h.cap})
	case reflect.Array:
		for i := range t.Len() {
			f.find(unsafe.Add(at, uintptr(i)*t.Elem().Size()), t.Elem())
		}
	case reflect.Struct:
		for i := range t.NumField() {
			if k := t.Field(i).Type.Kind(); k == reflect.Chan || k == reflect.UnsafePointer {
				panic(fmt.Sprintf("fork: %s.%s is a %s, which cannot be copied", t, t.Field(i).Name, k))
			}
			f.find(unsafe.Add(at, t.Field(i).Offset), t.Field(i).Type)
		}
	case reflect.Interface:
		if v := reflect.NewAt(t, at).Elem().Elem(); v.IsValid() {
			f.find(boxed(v).UnsafePointer(), v.Type())
		}
	case reflect.Map:
		m := reflect.NewAt(t, at).Elem()
		if _, known := f.maps[m.UnsafePointer()]; known || m.IsNil() {
			return
		}
		f.maps[m.UnsafePointer()] = reflect.Value{}
		for entries := m.MapRange(); entries.Next(); {
			f.find(boxed(entries.Key()).UnsafePointer(), t.Key())
			f.find(boxed(entries.Value()).UnsafePointer(), t.Elem())
		}
	default:
		panic(fmt.Sprintf("fork: a %s cannot be copied", t))
	}
}

// boxed returns a pointer to a value of its own.
func boxed(v reflect.Value) reflect.Value {
	box := reflect.New(v.Type())
	box.Elem().Set(v)
	return box
}

// isPlain reports whether a value of a type leads to nothing that is copied.
func (f *forker) isPlain(t reflect.Type) bool {
	known, ok := f.plain[t]
	if ok {
		return known
	}
	switch k := t.Kind(); k {
	case reflect.Pointer, reflect.Slice:
		known = f.isShared(t.Elem())
	case reflect.Array:
		known = f.isPlain(t.Elem())
	case reflect.Struct:
		known = true
		for i := range t.NumField() {
			known = known && f.isPlain(t.Field(i).Type)
		}
		known = known || t.PkgPath() == "unique" // whose pointers stand for values
	default:
		known = k <= reflect.Complex128 || k == reflect.String || k == reflect.Func
	}
	f.plain[t] = known
	return known
}

// isShared reports whether values of a type are the original's: the caller says so, or
// they have a lock in them, which who is used by one goroutine alone has no use for.
func (f *forker) isShared(t reflect.Type) bool {
	known, ok := f.shared[t]
	if ok {
		return known
	}
	switch t.Kind() {
	case reflect.Array:
		known = f.isShared(t.Elem())
	case reflect.Struct:
		known = t.PkgPath() == "sync" || t.PkgPath() == "sync/atomic"
		for i := range t.NumField() {
			known = known || f.isShared(t.Field(i).Type)
		}
	}
	f.shared[t] = known
	return known
}

// merge leaves places that hold all others, and do not overlap.
func (f *forker) merge() {
	slices.SortFunc(f.places, func(a, b place) int { return cmp.Or(cmp.Compare(a.begin(), b.begin()), cmp.Compare(b.end(), a.end())) })
	merged := f.places[:0]
	for _, p := range f.places {
		if len(merged) == 0 {
			merged = append(merged, p)
			continue
		}
		switch last := &merged[len(merged)-1]; {
		case last.holds(p):
		case p.begin() >= last.end():
			merged = append(merged, p)
		case p.elem == last.elem && (p.begin()-last.begin())%p.elem.Size() == 0: // two slices of one array
			last.n = int((p.end() - last.begin()) / p.elem.Size())
		default:
			panic(fmt.Sprintf("fork: memory of %s overlaps that of %s", p.elem, last.elem))
		}
	}
	f.places = merged
}

// copy copies the places, and has the copies lead to each other.
func (f *forker) copy() {
	f.copies = make([]unsafe.Pointer, len(f.places))
	for i, p := range f.places {
		list := reflect.SliceOf(p.elem)
		to := reflect.MakeSlice(list, p.n, p.n)
		from := reflect.NewAt(list, unsafe.Pointer(&header{p.at, p.n, p.n})).Elem()
		reflect.Copy(to, from)
		f.copies[i] = to.UnsafePointer()
	}
	for i, p := range f.places {
		if f.isPlain(p.elem) {
			continue
		}
		for k := range p.n {
			f.lead(unsafe.Add(f.copies[i], uintptr(k)*p.elem.Size()), p.elem)
		}
	}
}

// moved returns where what an address held is in the copy.
func (f *forker) moved(at unsafe.Pointer) unsafe.Pointer {
	i := sort.Search(len(f.places), func(i int) bool { return f.places[i].begin() > uintptr(at) }) - 1
	if i < 0 || uintptr(at) >= f.places[i].end() {
		return at // of no size
	}
	return unsafe.Add(f.copies[i], uintptr(at)-f.places[i].begin())
}

// lead has a value, which is the original's, lead to the copies.
func (f *forker) lead(at unsafe.Pointer, t reflect.Type) {
	if f.isPlain(t) {
		return
	}
	switch t.Kind() {
	case reflect.Pointer:
		p := (*unsafe.Pointer)(at)
		*p = f.moved(*p)
	case reflect.Slice:
		h := (*header)(at)
		h.data = f.moved(h.data)
	case reflect.Array:
		for i := range t.Len() {
			f.lead(unsafe.Add(at, uintptr(i)*t.Elem().Size()), t.Elem())
		}
	case reflect.Struct:
		for i := range t.NumField() {
			f.lead(unsafe.Add(at, t.Field(i).Offset), t.Field(i).Type)
		}
	case reflect.Interface:
		slot := reflect.NewAt(t, at).Elem()
		if v := slot.Elem(); v.IsValid() && !f.isPlain(v.Type()) {
			slot.Set(f.led(v))
		}
	case reflect.Map:
		slot := reflect.NewAt(t, at).Elem()
		if !slot.IsNil() {
			slot.Set(f.mapOf(slot))
		}
	}
}

// led is the copy of a value that has no address.
func (f *forker) led(v reflect.Value) reflect.Value {
	box := boxed(v)
	f.lead(box.UnsafePointer(), v.Type())
	return box.Elem()
}

// mapOf is the copy of a map.
func (f *forker) mapOf(m reflect.Value) reflect.Value {
	from := m.UnsafePointer()
	if to := f.maps[from]; to.IsValid() {
		return to
	}
	to := reflect.MakeMapWithSize(m.Type(), m.Len())
	f.maps[from] = to
	for entries := m.MapRange(); entries.Next(); {
		to.SetMapIndex(f.led(entries.Key()), f.led(entries.Value()))
	}
	return to
}
