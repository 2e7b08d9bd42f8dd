// Package container answers: on which instance does a task of an ECS service go, which
// task goes first, and how many instances do tasks need?
//
// A [Strategy] is one line of an ordered_placement_strategy. A
// [Node] is where a task may go: a container instance, or for Fargate a zone. [Place] and
// [Stop] are each other's mirror image. [Configurations] are the sizes that Fargate has,
// [Cluster] is what a capacity provider counts, and [Rollout] is what a deployment does next.
// [NextProvider] shares tasks out over Fargate and Fargate Spot, and [Hold] is how long a service
// waits that cannot start tasks.
// The rules, with their sources, are in rules.md.
package container
