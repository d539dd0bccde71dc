using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;
using Tornadose.SignalR.Tests.StackExchangeRedis;

namespace Tornadose.SignalR.Tests.StackExchangeRedis;

/// <summary>With the manager of <c>Microsoft.AspNetCore.SignalR.StackExchangeRedis</c>, on the same Redis as the stores.</summary>
public sealed class RedisScaleOutSpecification(RedisFixture redis) : ScaleOutSpecification(redis)
{
    protected override void ScaleOut(IServiceCollection services, string connectionString, string prefix) => services
        .AddSignalR()
        .AddStackExchangeRedis(
            connectionString, options => options.Configuration.ChannelPrefix = RedisChannel.Literal($"{prefix}.signalr"));
}
