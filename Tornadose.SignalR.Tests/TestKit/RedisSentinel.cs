using System.Net.Sockets;

namespace Tornadose.SignalR.Tests.TestKit;

/// <summary>A sentinel, which promotes a replica when the primary is down.</summary>
public sealed class RedisSentinel : IAsyncDisposable
{
    private const string Service = "tornadose";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("tornadose-sentinel");
    private readonly int _port = RedisProcess.FreePort();
    private LineProcess? _process;

    /// <summary>The connection string with which a client asks the sentinel for the primary.</summary>
    public string ConnectionString => $"127.0.0.1:{_port},serviceName={Service},connectTimeout=5000,asyncTimeout=15000";

    public static async Task<RedisSentinel> StartAsync(RedisProcess primary)
    {
        var sentinel = new RedisSentinel();
        await sentinel.RunAsync(primary);
        return sentinel;
    }

    /// <summary>
    /// Waits until the sentinel knows another primary. A sentinel that was itself held up for two seconds acts on nothing for the next
    /// thirty (its TILT mode), so a busy machine needs patience.
    /// </summary>
    public Task UntilPrimaryAsync(RedisProcess primary) =>
        Eventually.TrueAsync(async () => await PrimaryAsync() == primary.Port, TimeSpan.FromMinutes(4));

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    private async Task<int> PrimaryAsync()
    {
        var address = (object?[])(await CommandAsync("SENTINEL", "GET-MASTER-ADDR-BY-NAME", Service))!;
        return int.Parse((string)address[1]!, System.Globalization.CultureInfo.InvariantCulture);
    }

    private async Task RunAsync(RedisProcess primary)
    {
        var file = Path.Combine(_directory.FullName, "sentinel.conf"); // the sentinel writes what it discovers to this file
        await File.WriteAllTextAsync(file, $"""
            port {_port}
            bind 127.0.0.1
            dir {_directory.FullName}
            sentinel monitor {Service} 127.0.0.1 {primary.Port} 1
            sentinel down-after-milliseconds {Service} 3000
            sentinel failover-timeout {Service} 2000

            """);
        _process = LineProcess.Start("redis-server", [file, "--sentinel"]);
        await Eventually.TrueAsync(KnowsAReplicaAsync);
    }

    private async Task<bool> KnowsAReplicaAsync()
    {
        try
        {
            return await CommandAsync("SENTINEL", "REPLICAS", Service) is object?[] { Length: > 0 };
        }
        catch (Exception failure) when (failure is SocketException or IOException or RespException)
        {
            return false;
        }
    }

    private async Task<object?> CommandAsync(params object[] arguments)
    {
        using var connection = await RespConnection.OpenAsync(_port);
        return await connection.CommandAsync(arguments);
    }
}
