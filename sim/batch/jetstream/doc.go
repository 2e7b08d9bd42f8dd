// Package jetstream answers: how do many machines share the tasks of one job, and
// lose none of them whatever dies?
//
// A [Cluster] is a connection to a NATS server with JetStream: one that runs
// already, or one inside this process, by the same code. [Cluster.Do] offers a job
// and hands out its tasks; [Cluster.Work] computes tasks of any job that is
// offered; [Cluster.Roster] tells who does what, and [Cluster.Cancel] ends a job.
//
// # Vocabulary
//
//   - A job has an identity, a program that computes it, and a payload from which
//     that program knows what to do. It stays on the server until it is done,
//     cancelled, or its coordinator leaves in peace; one that is killed finds it
//     again.
//   - A task and its answer are bytes. The answer is a pure function of job and
//     task, so it does not matter who computes it, nor how often.
//   - A coordinator offers a job and collects the answers; a worker computes.
//
// # Guarantees and costs
//
// Every task has one answer, or is lost. Tasks and answers have a subject each, by
// the sum of the task, on streams that keep the first message of a subject and
// refuse others: the first write wins. A worker acknowledges a task once its answer
// is stored, and gives signs of life while it computes; without any for three
// beats, another worker gets the task. A task that was handed out five times
// without an answer is declared lost: it may be what kills the workers. One that
// is left in peace, by [Cluster.Work] whose context ends, is handed out again at
// once.
//
// The coordinator publishes anew what it waits for after a reconnection and every
// some beats, so that a server that lost what it had not yet written to its disk
// costs time and no result. A server that is there and stores nothing for thirty
// beats, on a full disk for one, ends the job. Answers stay on the server until the source has settled
// them: the coordinator of a job that was offered before reads them first, and
// expects the tasks that are still out there. A server that forgot everything is given
// everything again.
//
// A worker of another program than the coordinator's is refused by its own
// comparison: results would not be those of one program.
//
// # Who is trusted
//
// A server that listens has a token, on loopback as well. Whoever has it can stop a
// job; nobody can make its results wrong by mistake. An answer is signed with the key
// of its job for its task, and is taken only if it is to a task that was asked and the
// source accepts it. One that is not is taken off the server and asked for again,
// however often. A worker that signs three of them is set aside: it is told to leave
// the job, and nothing of it is taken any more. What others say of themselves, in
// offers and roll calls, is bounded in size, number and rate, and holds nothing that
// does something to a terminal. Files of secrets are regular, small, and closed to
// other users of the machine. A token that would cross a network in the clear is
// warned of.
//
// A task costs a worker three messages and some hundred microseconds, so it should
// take long against that: 0.5 to 5 s. What is larger than a message goes in
// parts. Credentials never reach a log or an error.
//
// # How to extend it
//
// Another kind of work implements [Source], and gives [Cluster.Work] a function
// that makes an [Answerer] of a job's payload.
package jetstream
