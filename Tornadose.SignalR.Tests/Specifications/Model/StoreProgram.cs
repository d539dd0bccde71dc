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

/// <summary>One step; the meaning of the two numbers depends on the kind, and any numbers are valid.</summary>
internal readonly record struct Step(StepKind Kind, int A, int B)
{
    public override string ToString() => $"{Kind}({A},{B})";
}

/// <summary>A store and the steps that run on it. A reader stalls while no step reads from it.</summary>
internal sealed record StoreProgram(StoreKind Kind, SlowConsumerPolicy Policy, int Capacity, Step[] Steps)
{
    public override string ToString() => $"{Kind} store, {Policy}, capacity {Capacity}: {string.Join(' ', Steps)}";
}
