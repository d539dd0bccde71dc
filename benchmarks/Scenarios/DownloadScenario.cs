using System.Diagnostics;
using Tornadose.Benchmarks.Peers;

namespace Tornadose.Benchmarks.Scenarios;

/// <summary>
/// One large response over TLS, which has nothing to do with stores: what a connection middleware costs responses that do not need it.
/// </summary>
internal sealed record DownloadScenario(string Name, string Title, IReadOnlyList<Series> Series) : Scenario(Name, Title, Series)
{
    private const int Megabytes = 300;
    private const int WarmUps = 3;

    public override void WarmUp(RunningServer server, Series series)
    {
        for (var i = 0; i < WarmUps; i++)
            Receive(server.Port);
    }

    public override IReadOnlyDictionary<string, double> Measure(RunningServer server, Series series, double seconds)
    {
        var cpu = server.CpuSeconds;
        var began = Stopwatch.GetTimestamp();
        Receive(server.Port);
        var took = Stopwatch.GetElapsedTime(began).TotalSeconds;
        return new Dictionary<string, double>
        {
            [Figures.MegabytesPerSecond] = Megabytes / took,
            [Figures.CpuPerMegabyte] = (server.CpuSeconds - cpu) * 1e6 / Megabytes,
        };
    }

    private static void Receive(int port)
    {
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        using var client = new HttpClient(handler);
        using var body = client.GetStreamAsync(new Uri($"https://127.0.0.1:{port}/{Megabytes}")).GetAwaiter().GetResult();
        var buffer = new byte[128 * 1024];
        var received = 0L;
        for (int count; (count = body.Read(buffer)) > 0;)
            received += count;
        if (received != Megabytes * 1024L * 1024)
            throw new InvalidOperationException($"{received} bytes were received of {Megabytes} MB.");
    }
}
