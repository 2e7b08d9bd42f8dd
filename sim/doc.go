// Package sim answers: when does what happen?
//
// A [Kernel] holds the clock of one run and its pending events. It is pulled:
// the model schedules small values with [Kernel.At], [Kernel.After] or a
// [Timer], takes the next one with [Kernel.Next] and acts on it. The kernel
// calls nobody, so the loop of the run, its switch and its order of handlers
// stand in one place of the model. A source that knows its next event may play it
// at once where nothing comes before it: [Kernel.Reserve] and [Kernel.Advance].
//
// # Vocabulary
//
// An instant and a duration are both a [Time], integer nanoseconds. A [Rank]
// orders the events of one instant by their nature. The horizon is the instant
// at which a run ends; no instant is beyond [Horizon].
//
// # Guarantees and costs
//
// The order is total: instant, then rank, then sequence of scheduling, across
// queue and timers. An event scheduled at the current instant with a rank that
// has already passed comes next; nothing is scheduled in the past. The clock
// never goes back. Who wants another order than that of scheduling takes all events of an instant and
// a rank together ([Kernel.NextTied]).
//
// One At and one Next together take 47 ns at 10 pending events, 84 at 10³ and
// 112 at 10⁵, where container/heap with boxed events takes 139, 288 and 996:
// medians of n = 7 rounds on two cores; BenchmarkHold repeats it. Any
// number of events may share an instant. Nothing is allocated once the pools
// have grown to the most that was ever pending: 16 bytes and the event each,
// and up to half a megabyte of gaps. They do not shrink. An event that holds
// pointers keeps what it points to alive until its place is used again.
//
// Events are not cancelled. Refer to what they are about by a handle of package
// slab; when it is stale, the event has been overtaken.
//
// # How to extend it
//
// A new rank is one line in the list of ranks, of at most 16. A new kind of
// event is the model's own affair. The pending events that come next wait in
// order, front, and the others in a monotone radix queue, trie; who wants to
// replace them finds their contract in the fuzz test, which compares the kernel
// with a plain heap.
package sim
