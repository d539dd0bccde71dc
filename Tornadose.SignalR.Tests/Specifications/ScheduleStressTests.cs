using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Specifications;

/// <summary>Schedules of join × publish × trim. A failure reports its seed, which is then added to the list.</summary>
public sealed class ScheduleStressTests(ITestOutputHelper output)
{
    private static readonly int[] Seeds = [1, 2, 3, Random.Shared.Next(), Random.Shared.Next()];

    [Theory, Case("ST-02", "ST-05", "ST-19"), InlineData(nameof(StoreKind.Queue)), InlineData(nameof(StoreKind.Data))]
    public async Task Store_JoinedPublishedAndTrimmedAtOnce_LosesNothingSilently(string kind)
    {
        foreach (var seed in Seeds)
        {
            output.WriteLine($"{kind} store, seed {seed}");
            await new ScheduleStress(Enum.Parse<StoreKind>(kind), seed).RunAsync();
        }
    }
}
