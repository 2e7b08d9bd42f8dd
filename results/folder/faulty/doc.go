// Package faulty answers: what if an operation of the disk fails?
//
// [New] puts a [Judge] in front of a disk, which says of each operation what becomes
// of it. The judges are ways in which disks and processes end: [Full], [Broken],
// [Gone]. It is for tests: what they hand to a command is a disk like any other.
package faulty
