namespace Tornadose.Attack;

/// <summary>What an attack works with: the server, the attacker's machine, an honest reader, and the report.</summary>
internal sealed class Battle : IAsyncDisposable
{
    private readonly RedisServer? _redis;

    private Battle(Report report, RedisServer? redis, ServerProcess server, HonestReader honest)
    {
        (Report, _redis, Server, Honest) = (report, redis, server, honest);
        Attacker = new Machine("127.0.0.2", server.Port);
        Friend = new Machine("127.0.0.1", server.Port);
    }

    public Report Report { get; }

    public ServerProcess Server { get; }

    public HonestReader Honest { get; }

    /// <summary>A machine with its own address.</summary>
    public Machine Attacker { get; }

    /// <summary>The machine of all other clients.</summary>
    public Machine Friend { get; }

    public RedisServer Redis => _redis ?? throw new InvalidOperationException("This attack has no Redis.");

    public static async Task<Battle> BeginAsync(Report report, bool needsRedis)
    {
        var redis = needsRedis ? await RedisServer.StartAsync() : null;
        var server = await ServerProcess.StartAsync(redis is null ? [] : ["--redis", $"{redis.Port}"]);
        return new Battle(report, redis, server, await HonestReader.StartAsync(server.Port));
    }

    /// <summary>Runs something, and reports the peak growth of the server's memory.</summary>
    public async Task GrowthAsync(double mostMegabytes, Func<Task> run)
    {
        var before = Server.Megabytes;
        using var peak = new PeakMemory(Server);
        await run();
        Report.AtMost("growth of the server's RSS", peak.Megabytes - before, mostMegabytes, "MB");
    }

    public async ValueTask DisposeAsync()
    {
        await Honest.StopAsync();
        Attacker.Dispose();
        Friend.Dispose();
        Server.Dispose();
        _redis?.Dispose();
    }
}
