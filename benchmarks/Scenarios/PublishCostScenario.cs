using System.Globalization;
using Tornadose.Benchmarks.Load;
using Tornadose.Benchmarks.Peers;

namespace Tornadose.Benchmarks.Scenarios;

/// <summary>
/// What a publish call costs the application while no reader waits, and while many do. Timed in the server; the pause lets
/// all readers wait again.
/// </summary>
internal sealed record PublishCostScenario(string Name, string Title, IReadOnlyList<Series> Series) : Scenario(Name, Title, Series)
{
    private const int Calls = 21;
    private const int PauseMilliseconds = 200;

    public override void WarmUp(RunningServer server, Series series) => server.Get("/publish-cost?calls=2000&pauseMilliseconds=0");

    public override IReadOnlyDictionary<string, double> Measure(RunningServer server, Series series, double seconds)
    {
        using var session = new LoadSession(series.TargetOn(server.Port), series.Subscribers);
        if (series.Subscribers > 0)
            session.WaitUntilReady(series.Payload);
        var figures = server.Get($"/publish-cost?calls={Calls}&pauseMilliseconds={PauseMilliseconds}").Split(' ');
        return new Dictionary<string, double>
        {
            [Figures.PublishNanoseconds] = double.Parse(figures[0], CultureInfo.InvariantCulture),
            [Figures.PublishBytes] = double.Parse(figures[1], CultureInfo.InvariantCulture),
        };
    }
}
