namespace Tornadose.Attack;

/// <summary>One attack: a bounded program against a server of its own, beside an honest reader.</summary>
/// <param name="Name">By which it is asked for.</param>
/// <param name="What">What the attacker does.</param>
/// <param name="Run">Does it, and says what is right.</param>
/// <param name="NeedsRedis">Whether the server keeps its stores in Redis.</param>
internal sealed record AttackCase(string Name, string What, Func<Battle, Task> Run, bool NeedsRedis = false)
{
    /// <summary>Far above what noise does to the ninety-fifth percentile, far below what the attacks did.</summary>
    private const double MostTimesIdle = 100;

    private static readonly TimeSpan SmallestIdle = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    public async Task<Report> RunAsync(TimeSpan idle)
    {
        var report = new Report(Name, What);
        try
        {
            await using var battle = await Battle.BeginAsync(report, NeedsRedis);
            await Run(battle).WaitAsync(Longest);
            var honest = await battle.Honest.StopAsync();
            report.Same("messages that the honest reader lost", 0, honest.Lost);
            var times = honest.P95 / (idle > SmallestIdle ? idle : SmallestIdle);
            report.AtMost($"its p95, {honest.P95.TotalMilliseconds:0.0} ms, to that of an idle run", times, MostTimesIdle, "times");
            report.Same("server still runs", true, battle.Server.Runs);
        }
        catch (Exception failure)
        {
            report.Fail($"{failure.GetType().Name}: {failure.Message}");
        }

        return report;
    }
}
