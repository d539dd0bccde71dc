using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Tornadose.SignalR.StackExchangeRedis;

namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>
/// Connects to Redis when the application starts, not at the first request. If an answer is required, the start fails without one.
/// </summary>
internal sealed class RedisStartup(RedisBackplane backplane, IOptions<RedisBackplaneOptions> options) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) =>
        options.Value.RequireAtStartup ? backplane.RequireAsync(cancellationToken) : Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
