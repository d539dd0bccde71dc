using System.Globalization;
using System.Security.Cryptography;
using StackExchange.Redis;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>Reads stores' logs and positions.</summary>
internal sealed class LogReader(RedisConnection connection)
{
    /// <summary>How many entries are read at a time, at most: one reply does not block Redis, or this process's memory, with millions.</summary>
    public const int MaxPageSize = 1000;

    /// <summary>Reads the log from an offset on, or from its beginning, together with its newest position. A store without an epoch gets one.</summary>
    /// <param name="keys">The store.</param>
    /// <param name="from">The first offset; 0 for the beginning.</param>
    /// <param name="size">How many entries at most.</param>
    /// <param name="limits">What the store keeps.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<LogPage> ReadAsync(RedisKeys keys, long from, int size, MessageLogLimits limits, CancellationToken cancellationToken)
    {
        if (await TryReadAsync(keys, from, size, cancellationToken).ConfigureAwait(false) is { } page)
            return page;
        await connection.RunAsync(multiplexer => BeginAsync(multiplexer.GetDatabase(), keys, limits), cancellationToken).ConfigureAwait(false);
        return await TryReadAsync(keys, from, size, cancellationToken).ConfigureAwait(false)
            ?? throw new StoreRefusedException($"The hash {keys.Meta} is not one that this library has written. Delete it: the store then begins anew.");
    }

    /// <summary>The newest positions of several stores, in one round trip; null for a store without an epoch, or whose hash cannot be read.</summary>
    public Task<LogTop?[]> ReadTopsAsync(IReadOnlyList<RedisKeys> stores, CancellationToken cancellationToken) =>
        connection.RunAsync(multiplexer => ReadTopsAsync(multiplexer.GetDatabase(), stores), cancellationToken);

    private static Task<LogTop?[]> ReadTopsAsync(IDatabase database, IReadOnlyList<RedisKeys> stores) =>
        Task.WhenAll(stores.Select(async keys =>
        {
            try
            {
                return LogTop.Parse(await database.HashGetAsync(keys.Meta, LogTop.PositionFields).ConfigureAwait(false));
            }
            catch (RedisServerException)
            {
                return null; // reading the log will say what is wrong
            }
        }));

    private Task<LogPage?> TryReadAsync(RedisKeys keys, long from, int size, CancellationToken cancellationToken) =>
        connection.RunAsync(multiplexer => ReadAsync(multiplexer.GetDatabase(), keys, from, size), cancellationToken);

    /// <summary>A transaction, so that position and entries belong together.</summary>
    private static async Task<LogPage?> ReadAsync(IDatabase database, RedisKeys keys, long from, int size)
    {
        var first = from == 0 ? "-" : from.ToString(CultureInfo.InvariantCulture);
        var transaction = database.CreateTransaction();
        var meta = transaction.HashGetAsync(keys.Meta, LogTop.Fields);
        var range = transaction.ExecuteAsync("XRANGE", keys.Log, first, "+", "COUNT", size);
        var clock = transaction.ExecuteAsync("TIME");
        if (!await transaction.ExecuteAsync().ConfigureAwait(false))
            return null;
        var top = LogTop.Parse(await meta.ConfigureAwait(false));
        var results = (RedisResult[]?)await range.ConfigureAwait(false) ?? [];
        var now = (RedisValue[]?)await clock.ConfigureAwait(false) ?? [];
        return top is null ? null : Page(top, results, size, now);
    }

    private static LogPage Page(LogTop top, RedisResult[] results, int size, RedisValue[] clock)
    {
        var entries = new List<LogPageEntry>(results.Length);
        foreach (var result in results)
            if (LogPage.ParseEntry(top.Position.Epoch, result) is { } entry && entry.Position.Offset <= top.Position.Offset) // not what somebody else has added
                entries.Add(entry);
        return new LogPage(top, entries, results.Length < size, clock.Length == 0 ? 0 : (long)clock[0] * 1000);
    }

    private static Task<RedisResult> BeginAsync(IDatabase database, RedisKeys keys, MessageLogLimits limits) => database.ScriptEvaluateAsync(
        RedisScripts.Begin,
        [keys.Meta, keys.Log],
        [Random(8), Random(20), limits.Capacity, MaxAge(limits)]);

    /// <summary>In milliseconds; 0 for ever.</summary>
    public static long MaxAge(MessageLogLimits limits) => (long?)limits.MaxAge?.TotalMilliseconds ?? 0;

    public static string Random(int bytes) => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(bytes));
}
