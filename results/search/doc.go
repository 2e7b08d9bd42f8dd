// Package search answers: which of many configurations is the cheapest that meets
// the thresholds, and how sure is that?
//
// [Run] goes through a [Problem] and returns an [Outcome]: what it recommends, what
// came second, and what became of every candidate that it tried.
//
// # Vocabulary
//
// A candidate is a configuration; a contestant is one that is tried. It is feasible
// if the expectations of all thresholded metrics keep their limits. The indifference
// is a share of the cost: of two candidates that differ by less, either will do. All
// candidates meet the same random numbers in replications of the same number, so
// that costs are compared by paired differences.
//
// # Procedure
//
// Exploring, if there are more candidates than Options.Points, or than the budget
// could compare: a few replications of candidates spread over the space, then of
// those that a Gaussian process of cost and of each threshold's metric expects most
// of: expected improvement times the probability of feasibility (Jones, Schonlau and
// Welch 1998; Gardner et al. 2014), among random candidates and the neighbours of the
// best. It ends where little is to be gained, at 300 candidates, or when half of the
// budget is spent, and passes on what is not improbable.
//
// With [Problem.Screen] exploring always comes first, unless there are six candidates or fewer, and plays rates:
// they cost the same however many requests there are. It begins with fewer, and tries none that promise too little, for who seems
// good is looked at more closely afterwards; those that promise little are tried before the last attempt (secure).
// The anchor is replicated by requests, which tells how far rates are off, and more often by rates, which tells how lucky the few replications of the others are: the more, the more alike
// both are (regress). The few hold no rare evening, or too many, and each candidate bears these in its own way; so who seems to save
// most is replicated by rates as often as before a judgement, twelve candidates at a time, whether the anchor's luck is theirs or not,
// while others may save more than the indifference, sixty at most (approach). An anchor that turns out to be no candidate itself is
// replaced (replace). Those who are still open are replicated up to twice as often,
// until nobody is left who may save more than the indifference and meet the thresholds with the room that confirming takes, beside
// the cheapest that has a fair chance to. Nobody is left out by rates alone who may save more than the indifference beside
// that one: of those who are still open who is expected to save most is confirmed first (bold). If it is not, the next is the cheapest that
// lacks two thirds of what this one lacks to certainty. Eight are tried at most (weary), of which the last is nearly sure to meet the
// thresholds by rates, and the cheapest of those that are (secure): where many are near a threshold there is always another. If none
// of fewer finalists is, all are compared by requests. Confirming and comparing play by requests, and by rates in the same
// numbers and in more: these are control variates, which take the luck of few replications by requests out of what they
// show, from twenty of these on, with room for one replication that rates say nothing of. There are more of them only where it is expected
// that they decide, for less than replications by requests until a later look. What is recommended keeps its guarantee, for its
// expectation is that of requests. That it is the cheapest holds by
// rates. Whom rates cannot play, or fail at any time (drop), requests explore; whoever of them may save more than the
// indifference beside the cheapest by rates enters the comparison (unplayed). What came second is then second by rates. Reference and second are replicated no oftener than a candidate
// before it is judged.
//
// Comparing is fully sequential ranking and selection under constraints, with an
// indifference zone, after Kim and Nelson (2001) and Andradóttir and Kim (2010), in
// the form of repeated Student intervals: contestants
// are replicated to the same numbers, which grow by looks. The risk of a test is that of all its looks together, by
// the levels of Pocock (1977); between tests Bonferroni's inequality holds. Whoever certainly
// breaches a threshold is out. The leader is the cheapest that seems feasible; who is
// certainly not cheaper than it by more than the indifference waits, and returns if
// the leader falls. It ends when nobody else is left, or at the last look.
//
// Confirming: the leader is replicated afresh, with numbers that had no part in its
// selection, until every threshold is kept at a one-sided level; if it is not, the
// comparison goes on without it. Cost and metrics of the recommendation are those of
// confirming, and therefore not lucky. With a screen it ends as well where the leader would not be confirmed by the
// last look if it were what it seems.
//
// # Guarantees and costs
//
// With the asked confidence, both hold: the recommendation is feasible, and no
// contestant of the comparison is feasible and cheaper by more than the indifference,
// but those listed as [Undecided]. The risk is split into a half for the first
// (over the attempts at confirming and their looks; thresholds need no share, as who
// breaches one must pass its test: Berger 1982) and two quarters for the second: that
// the best contestant is ruled out by a threshold (over thresholds and looks; no
// share for the others, as the best is one), and that it is called dearer (over
// opponents and looks). Who may have to try again, at confirming or with others in the comparison, has two thirds of a
// risk at the first attempt, and of what is left at each of the next. Bounds are Student's, farther on the side to which a metric's law
// leans ([stat.Reach]): by the skewness that all replications of a candidate show, those by rates if they are as many, and a
// standard error more. Where the p99 of an evening on Spot has a skewness of 2.4, an expectation at its limit is confirmed in
// 2 of 100 searches, and by Student's bounds in 15; for normal metrics it takes a few replications more. What is so rare that no
// replication shows it nobody knows of. Exploring decides nothing that is certain: candidates that it
// leaves out are excepted, and [Surrogate] says what it expects of them; a warning
// tells if that is much. Comparing uses other replications than exploring, so that
// its intervals are not biased by the choice.
//
// The outcome is the same for any number of workers: decisions are taken between
// rounds. A search that is interrupted keeps what had finished, and decides nothing
// that it would not have decided at the last look. A round costs its replications;
// exploring costs besides, on one core, at most 0.1 s a round and metric for 100
// candidates, and 0.7 s for 300. The experiment of every candidate that is tried stays
// in memory: some 80 kB where it is a scenario.
//
// # How to extend it
//
// Anything that replicates is an [Experiment], and whoever simulates a round an [Engine]:
// this process, or a cluster. Another way to explore adds
// contestants with replications of its own numbers and enters the better ones.
package search
