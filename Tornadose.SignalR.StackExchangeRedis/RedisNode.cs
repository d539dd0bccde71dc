using Microsoft.Extensions.Logging;
using Tornadose.SignalR.Diagnostics;

namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>What all stores of this process share.</summary>
internal sealed record RedisNode(
    RedisConnection Connection, RedisBus Bus, RedisBackplaneOptions Options, TimeProvider Time, BackplaneMetrics Metrics, ILogger Logger);
