// Package fluid answers: what becomes of a rate of requests at targets that are alike?
//
// A [Cohort] is any number of targets of one shape to which requests come at the same rate.
// A step of its time ([Cohort.Advance]) says how they fared who came in it: by which law their
// responses took their time, how many were refused, and how many are still inside; what it
// costs does not depend on how many requests or targets there are. Beyond what the targets can
// do a line grows, by what comes less what is done, and every response takes as much longer as
// that line takes to be worked off. Numbers of requests are whole: a [Share] rounds parts of them
// so that nothing is lost in the long run.
package fluid
