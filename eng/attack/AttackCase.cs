namespace Tornadose.Attack;

/// <summary>One attack: a bounded program against its own server, next to an honest reader.</summary>
/// <param name="Name">The name on the command line.</param>
/// <param name="What">What the attacker does.</param>
/// <param name="Run">Runs the attack, and checks its results.</param>
/// <param name="NeedsRedis">Whether the server keeps its stores in Redis.</param>
internal sealed record AttackCase(string Name, string What, Func<Battle, Task> Run, bool NeedsRedis = false)
{
    /// <summary>Far above the effect of noise on the 95th percentile, and far below that of the attacks.</summary>
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
