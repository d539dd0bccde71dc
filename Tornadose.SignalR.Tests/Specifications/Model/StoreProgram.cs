using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Tests.Specifications.Model;

internal enum StepKind
{
    Publish,
    Burst,
    Bare,
    Join,
    Rejoin,
    Read,
    ReadAll,
    Leave,
    Limit,
    Age,
    Reset,
    Restart,
    Complete,
}

/// <summary>One step; what the two numbers mean depends on the kind, and any numbers will do.</summary>
internal readonly record struct Step(StepKind Kind, int A, int B)
{
    public override string ToString() => $"{Kind}({A},{B})";
}

/// <summary>A store and what happens to it. A reader stalls by not being asked to read.</summary>
internal sealed record StoreProgram(StoreKind Kind, SlowConsumerPolicy Policy, int Capacity, Step[] Steps)
{
    public override string ToString() => $"{Kind} store, {Policy}, capacity {Capacity}: {string.Join(' ', Steps)}";
}
