// Package schema answers: what is a key, and is its value one that it may have?
//
// A [Key] is one row: path, [Type] with bounds, default, meaning and AWS's error
// code. A [Schema] is all of them. A [Table] is a cursor on one table of a tree:
// each accessor reads one key as its row says, records what is wrong with it as a
// [Fault], and leaves the default in the tree; [Table.Done] reports the keys that
// nobody has asked for. So what is documented of a key is what happens.
//
// # Guarantees
//
// No key is ignored: one that is unknown, planned for a later version, or without
// meaning beside the others is a fault. A value is never read without its row:
// that panics. Readers go on after a fault, for all of them are reported at once.
//
// # Extending
//
// A kind of value is a constructor of [Type] with what [Type.String] says of it,
// and an accessor of [Table].
package schema
