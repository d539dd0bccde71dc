using System.Globalization;
using System.Security.Cryptography;
using StackExchange.Redis;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Diagnostics;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>Reads one store's log, in pages that are bounded by bytes.</summary>
internal sealed class LogReader(RedisKeys keys, MessageLog log, RedisNode node) : ILogSource
{
    /// <summary>Bounds how long one reply blocks Redis, and the publishes that share the connection.</summary>
    private const int MaxPageBytes = 1 << 20;

    private static readonly TimeSpan ShortestEmptyLifetime = TimeSpan.FromMinutes(1);

    private int _pageBytes = MaxPageBytes;

    public async Task<LogPage> ReadAsync(LogRange range, CancellationToken cancellationToken)
    {
        try
        {
            var page = await TryReadAsync(range, cancellationToken).ConfigureAwait(false);
            if (page is null)
            {
                await TendAsync(cancellationToken).ConfigureAwait(false);
                page = await TryReadAsync(range, cancellationToken).ConfigureAwait(false)
                    ?? throw new StoreRefusedException(
                        $"The hash {keys.Meta} was not written by this library. Delete it: the store then begins a new epoch.");
            }

            if (page.IsLast)
                _pageBytes = MaxPageBytes;
            return page;
        }
        catch (StoreUnavailableException failure) when (failure.MayBeStored)
        {
            _pageBytes = Math.Max(1, _pageBytes / 4); // on a slow network a page may take longer than an answer is waited for
            throw;
        }
    }

    /// <summary>Gives an empty store an epoch, or keeps the one it has; applies time limits in Redis.</summary>
    public async Task TendAsync(CancellationToken cancellationToken)
    {
        if (log.Limits.IsKeyed)
        {
            await ChangeAsync("tend", default, null, lease: null, cancellationToken).ConfigureAwait(false);
            return;
        }

        var announcing = await node.Connection.AnnouncingAsync(cancellationToken).ConfigureAwait(false);
        RedisValue[] arguments =
        [
            Random(8), Random(20), log.Limits.Capacity, MaxAge(log.Limits), announcing, EmptyLifetime, KeepCompleted(log.Limits),
        ];
        await node.Connection.EvaluateAsync(RedisScripts.Tend, [keys.Meta, keys.Log], arguments, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Runs the script that changes a keyed store.</summary>
    /// <param name="action">The script's action.</param>
    /// <param name="change">The change of a key, if the action is one.</param>
    /// <param name="idempotencyKey">The idempotency key; null for none.</param>
    /// <param name="lease">The producer's lease; null for any other publisher.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The id; null when there was nothing to change.</returns>
    public async Task<string?> ChangeAsync(
        string action, KeyedChange change, string? idempotencyKey, long? lease, CancellationToken cancellationToken)
    {
        var announcing = await node.Connection.AnnouncingAsync(cancellationToken).ConfigureAwait(false);
        RedisKey[] all = idempotencyKey is null ? keys.Keyed : [.. keys.Keyed, keys.IdempotencyKey(idempotencyKey)];
        var limits = log.Limits;
        RedisValue[] arguments =
        [
            action, change.Key ?? "", change.Value, Condition(change.Condition), Random(8), limits.MaxKeys, limits.MaxBytes,
            limits.MaxTombstones, Milliseconds(limits.KeyMaxAge), StoreActivities.TraceParent ?? "", announcing, KeepCompleted(limits),
            EmptyLifetime, lease ?? RedisValue.EmptyString,
        ];
        return (string?)await node.Connection.EvaluateAsync(RedisScripts.Change, all, arguments, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The newest position of a store; null for one without an epoch.</summary>
    public static Task<MessagePosition?> ReadTopAsync(RedisConnection connection, RedisKeys keys, CancellationToken cancellationToken) =>
        connection.RunAsync<MessagePosition?>(
            async multiplexer =>
            {
                var values = await multiplexer.GetDatabase().HashGetAsync(keys.Meta, LogTop.PositionFields).ConfigureAwait(false);
                return LogTop.ParsePosition(values[0], values[1], values[2]);
            },
            cancellationToken);

    /// <summary>The maximum age in milliseconds; 0 for no limit.</summary>
    public static long MaxAge(MessageLogLimits limits) => Milliseconds(limits.MaxAge);

    /// <summary>For how many milliseconds a complete store is kept; an empty value means for ever.</summary>
    public static RedisValue KeepCompleted(MessageLogLimits limits) =>
        limits.KeepCompleted is { } keep ? (long)keep.TotalMilliseconds : "";

    public static string Random(int bytes) => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(bytes));

    /// <summary>For how many milliseconds the epoch of an empty store is kept.</summary>
    private long EmptyLifetime
    {
        get
        {
            var empty = 4 * node.Options.SyncInterval;
            return (long)(empty < ShortestEmptyLifetime ? ShortestEmptyLifetime : empty).TotalMilliseconds;
        }
    }

    private static long Milliseconds(TimeSpan? age) => age is { } span ? Math.Max(1, (long)span.TotalMilliseconds) : 0;

    /// <summary>A missing position becomes text that is not an id, so that the condition is never met.</summary>
    private static string Condition(KeyCondition condition) => condition.Requirement switch
    {
        KeyRequirement.New => "new",
        KeyRequirement.Exists => "exists",
        KeyRequirement.Unchanged => condition.Position?.ToString() ?? "none",
        _ => "",
    };

    private async Task<LogPage?> TryReadAsync(LogRange range, CancellationToken cancellationToken)
    {
        if (log.Limits.IsKeyed)
            return LogPage.Parse(
                await node.Connection.EvaluateAsync(
                    RedisScripts.Entries, keys.Keyed, [range.First, range.Count, _pageBytes], cancellationToken).ConfigureAwait(false),
                keys.Store);
        RedisValue[] arguments =
        [
            range.First, range.Last == long.MaxValue ? "" : range.Last.ToString(CultureInfo.InvariantCulture),
            range.NewestFirst ? "newest" : "oldest", range.Count, _pageBytes,
        ];
        return LogPage.Parse(
            await node.Connection.EvaluateAsync(RedisScripts.Read, [keys.Meta, keys.Log], arguments, cancellationToken)
                .ConfigureAwait(false),
            keys.Store);
    }
}
