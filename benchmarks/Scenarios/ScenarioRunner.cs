using Tornadose.Benchmarks.Peers;
using Tornadose.Benchmarks.Results;

namespace Tornadose.Benchmarks.Scenarios;

/// <summary>
/// Runs one scenario: starts the servers, warms them up, and measures every series in each round. Failures are recorded,
/// and the rest continues.
/// </summary>
internal sealed class ScenarioRunner(Scenario scenario, int rounds, double seconds, string serverOptions) : IDisposable
{
    private readonly Dictionary<string, RunningServer> _servers = [];

    private readonly ScenarioResults _results = new() { Title = scenario.Title, Measured = DateTime.UtcNow, Seconds = seconds };

    public ScenarioResults Run()
    {
        foreach (var series in scenario.Series)
            Try(series, () => WarmUp(series));
        for (var round = 0; round < Math.Min(rounds, scenario.MostRounds); round++)
            foreach (var series in scenario.Series.Where(series => !_results.Failures.ContainsKey(series.Name)))
                Try(series, () => Measure(series));
        return _results;
    }

    public void Dispose()
    {
        foreach (var server in _servers.Values)
            server.Dispose();
    }

    private void WarmUp(Series series)
    {
        if (!scenario.NeedsFreshServer)
            scenario.WarmUp(ServerOf(series.Peer), series);
    }

    private void Measure(Series series)
    {
        if (!scenario.NeedsFreshServer)
        {
            Keep(series, scenario.Measure(ServerOf(series.Peer), series, seconds));
            return;
        }

        using var server = series.Peer.Start(serverOptions);
        Keep(series, scenario.Measure(server, series, seconds));
    }

    private void Keep(Series series, IReadOnlyDictionary<string, double> figures)
    {
        _results.Add(series.Name, figures);
        Console.WriteLine($"  {series.Name,-28} " +
            $"{string.Join("  ", figures.Select(static figure => FormattableString.Invariant($"{figure.Key} {figure.Value:0.##}")))}");
    }

    private RunningServer ServerOf(Peer peer)
    {
        if (!_servers.TryGetValue(peer.Server, out var server))
            _servers[peer.Server] = server = peer.Start(serverOptions);
        return server;
    }

    private void Try(Series series, Action action)
    {
        try
        {
            action();
        }
        catch (Exception failure)
        {
            _results.Failures[series.Name] = failure.Message.ReplaceLineEndings(" ");
            Console.WriteLine($"  {series.Name,-28} failed: {failure.Message}");
            if (_servers.Remove(series.Peer.Server, out var server))
                server.Dispose();
        }
    }
}
