using Tornadose.SignalR.Tests.TestKit;

[assembly: AssemblyFixture(typeof(Tornadose.SignalR.Tests.StackExchangeRedis.RedisFixture))]

namespace Tornadose.SignalR.Tests.StackExchangeRedis;

/// <summary>One Redis, started at the first use, for all tests that need only one; each has a prefix of its own.</summary>
public sealed class RedisFixture : IAsyncDisposable
{
    private readonly Lazy<Task<RedisProcess>> _redis = new(() => RedisProcess.StartAsync());
    private int _prefixes;

    public Task<RedisProcess> GetAsync() => _redis.Value;

    public string NewPrefix() => $"test{Interlocked.Increment(ref _prefixes)}";

    public async ValueTask DisposeAsync()
    {
        if (_redis.IsValueCreated)
            await (await _redis.Value).DisposeAsync();
    }
}
