// Package sweep answers: what do many points of a design show, and how does
// their computation survive whatever happens to it?
//
// [Run] replicates every point of a [Plan] on all cores and writes what it finds
// to a [Journal]; [Dispatch] has the replications computed elsewhere and writes
// the same. [Rounds] are replications that somebody asks for round by round, as a search does,
// from the same workers, and a [Memory] keeps what they showed. An [Archive] keeps what other replications left, whatever that is. [Journal.Each] reads it back in the order of the design. [Pareto],
// [Surface.Effects] and [Surface.Indices] say what the points mean together, [Row.Breach] how they stand
// to thresholds.
//
// # Vocabulary
//
//   - A point is an index of the design. What it measures is a pure function of
//     the plan and that index: a [Row] of values by replication and metric.
//   - A [Rule] says after how many replications a point is done: a fixed number,
//     enough for a precision, or few because a threshold already rules it out. It
//     looks at the values so far and nothing else.
//   - All points use the same seeds (common random numbers): replication 3 of one
//     point meets the requests of replication 3 of any other.
//   - A manifest is what the values depend on: scenario, axes, data, program.
//   - A task is a list of stretches, replications of a point one after the other,
//     as bytes. Its answer, as bytes, is a pure function of plan and task:
//     [Plan.Answer]. How replications are cut into tasks follows the time that
//     earlier ones took, and touches no result.
//
// # Guarantees and costs
//
// Results do not depend on the number of workers, on where they are, on how tasks
// are cut, on the order in which points finish, or on how often the sweep was
// killed: one state machine, scheduler, decides how a point goes on, and the journal
// is read in the order of the design. A row enters the journal once; the first
// write wins. A row that has been appended survives the death of the process at
// once, and of the machine as soon as the disk has it: a background fsync follows
// every write without holding up the workers. A write or fsync that fails, on a
// full disk for one, ends the sweep, and what was appended before stays.
//
// A journal has a version and a name of its own, and each of its records a number and
// a checksum over all three: what is damaged, comes again, or is of another journal,
// proves no record. It is passed over, or cut off at the end; [Journal.Lost] says how
// much of it there was, and its points are computed again. A journal of another
// version or with another manifest, a file that is none, and one that is damaged where
// it says to which sweep it belongs, are refused and left as they are. Opening takes
// memory by what is in the file, whatever a record says about its length.
//
// A [Dispatch] that follows one that was killed is given the answers to the tasks of
// the other, and told which are still out: it hands out what is left. Nothing is
// computed twice that somebody has answered.
//
// A point that fails is a row with the error of its first replication that fails.
// A task that takes its workers down is handed out again in pieces, so that only
// the replication that does it is lost: that is the error of its point. To retry a
// failed point is to hand out other tasks, for the old ones have their answers.
//
// Rules may change between runs: replications are continued where they ended,
// and the result is what an uninterrupted sweep with the last rule gives.
//
// Memory is a hundred bytes a point; values stay on disk. A point costs one
// write and some microseconds besides its simulation. A Dispatch builds no
// experiments, so a point costs it the same.
//
// # How to extend it
//
// Another way to compute replications takes tasks from [Dispatch.Next], has them
// answered by [Plan.Answer] wherever it likes, in any order and as often as it
// likes, and gives the answers to [Dispatch.Done], as sim/batch/jetstream does.
package sweep
