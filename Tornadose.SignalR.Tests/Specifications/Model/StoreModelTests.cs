using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Specifications.Model;

/// <summary>
/// Random programs that run on a store and on a list. <c>STORE_PROGRAMS=1000000</c> runs more of them, <c>STORE_PROGRAMS_SEED</c> repeats
/// a run; a failure is shrunk to the shortest program that still fails.
/// </summary>
public sealed class StoreModelTests(ITestOutputHelper output)
{
    [Fact, Case("ST-13", "ST-03", "ST-05", "ST-12", "HTTP-13", "HTTP-16", "HTTP-18", "HTTP-20")]
    public void Store_RandomPrograms_DoesWhatTheListDoes()
    {
        var seed = ulong.TryParse(Environment.GetEnvironmentVariable("STORE_PROGRAMS_SEED"), out var given)
            ? given
            : (ulong)Random.Shared.NextInt64();
        var count = int.TryParse(Environment.GetEnvironmentVariable("STORE_PROGRAMS"), out var wanted) ? wanted : 10_000;
        output.WriteLine($"STORE_PROGRAMS={count} STORE_PROGRAMS_SEED={seed}");

        Prop.ForAll(StoreProgramGenerator.Arbitrary, StoreProgramRun.Check).Check(Config.QuickThrowOnFailure
            .WithMaxTest(count)
            .WithEndSize(80)
            .WithReplay(FSharpOption<Replay>.Some(new Replay(new Rnd(seed), FSharpOption<int>.None))));
    }
}
