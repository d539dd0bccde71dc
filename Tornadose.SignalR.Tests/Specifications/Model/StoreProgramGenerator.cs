using FsCheck;
using FsCheck.Fluent;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Tests.Specifications.Model;

internal static class StoreProgramGenerator
{
    // Frequent publishes and joins, so that windows fill and readers fall behind; rare restarts, so that there is something to lose.
    private static readonly Gen<StepKind> Kinds = Gen.Frequency(
        (6, Gen.Constant(StepKind.Publish)), (3, Gen.Constant(StepKind.Burst)),
        (2, Gen.Constant(StepKind.Bare)), (6, Gen.Constant(StepKind.Join)),
        (2, Gen.Constant(StepKind.Rejoin)), (6, Gen.Constant(StepKind.Read)),
        (2, Gen.Constant(StepKind.ReadAll)), (1, Gen.Constant(StepKind.Leave)),
        (2, Gen.Constant(StepKind.Limit)), (1, Gen.Constant(StepKind.Age)), (1, Gen.Constant(StepKind.Reset)),
        (1, Gen.Constant(StepKind.Restart)), (1, Gen.Constant(StepKind.Complete)));

    private static readonly Gen<Step> Steps =
        from kind in Kinds
        from a in Gen.Choose(0, 40)
        from b in Gen.Choose(0, 40)
        select new Step(kind, a, b);

    private static readonly Gen<StoreProgram> Programs =
        from kind in Gen.Elements(StoreKind.Queue, StoreKind.Queue, StoreKind.Data)
        from policy in Gen.Elements(SlowConsumerPolicy.Reset, SlowConsumerPolicy.SkipToLatest, SlowConsumerPolicy.Disconnect)
        from capacity in Gen.Choose(0, 9)
        from steps in Steps.ArrayOf()
        select new StoreProgram(kind, policy, kind == StoreKind.Data ? 1 : capacity, steps);

    public static Arbitrary<StoreProgram> Arbitrary { get; } = Arb.From(Programs, Shrink);

    /// <summary>Tries fewer steps first, then smaller numbers.</summary>
    private static IEnumerable<StoreProgram> Shrink(StoreProgram program)
    {
        for (var length = program.Steps.Length; length > 0; length /= 2)
            for (var start = 0; start + length <= program.Steps.Length; start += length)
                yield return program with { Steps = [.. program.Steps[..start], .. program.Steps[(start + length)..]] };
        for (var i = 0; i < program.Steps.Length; i++)
            foreach (var step in Smaller(program.Steps[i]))
                yield return program with { Steps = [.. program.Steps[..i], step, .. program.Steps[(i + 1)..]] };
    }

    private static IEnumerable<Step> Smaller(Step step)
    {
        if (step.A > 0)
            yield return step with { A = step.A - 1 };
        if (step.B > 0)
            yield return step with { B = step.B - 1 };
    }
}
