using System.Globalization;
using System.Security.Cryptography;
using StackExchange.Redis;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>Reads one store's log, in pages that are bounded by bytes.</summary>
internal sealed class LogReader(RedisKeys keys, MessageLog log, RedisNode node) : ILogSource
{
    /// <summary>One reply does not block Redis, or the publishes that share its connection, for longer than this takes.</summary>
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
                        $"The hash {keys.Meta} is not one that this library has written. Delete it: the store then begins anew.");
            }

            if (page.IsLast)
                _pageBytes = MaxPageBytes;
            return page;
        }
        catch (StoreUnavailableException failure) when (failure.MayBeStored)
        {
            _pageBytes = Math.Max(1, _pageBytes / 4); // a slow network may need longer for a page than an answer may take
            throw;
        }
    }

    /// <summary>Gives an empty store an epoch, or keeps the one it has; applies the limits of time in Redis.</summary>
    public async Task TendAsync(CancellationToken cancellationToken)
    {
        var announcing = await node.Connection.AnnouncingAsync(cancellationToken).ConfigureAwait(false);
        var empty = 4 * node.Options.SyncInterval;
        RedisValue[] arguments =
        [
            Random(8), Random(20), log.Limits.Capacity, MaxAge(log.Limits), announcing,
            (long)(empty < ShortestEmptyLifetime ? ShortestEmptyLifetime : empty).TotalMilliseconds,
            log.Limits.KeepCompleted is { } keep ? (long)keep.TotalMilliseconds : "",
        ];
        await node.Connection.EvaluateAsync(RedisScripts.Tend, [keys.Meta, keys.Log], arguments, cancellationToken).ConfigureAwait(false);
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

    /// <summary>In milliseconds; 0 for ever.</summary>
    public static long MaxAge(MessageLogLimits limits) => limits.MaxAge is { } age ? Math.Max(1, (long)age.TotalMilliseconds) : 0;

    public static string Random(int bytes) => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(bytes));

    private async Task<LogPage?> TryReadAsync(LogRange range, CancellationToken cancellationToken)
    {
        RedisValue[] arguments =
        [
            range.First, range.Last == long.MaxValue ? "" : range.Last.ToString(CultureInfo.InvariantCulture),
            range.NewestFirst ? "newest" : "oldest", range.Count, _pageBytes,
        ];
        return LogPage.Parse(await node.Connection.EvaluateAsync(
            RedisScripts.Read, [keys.Meta, keys.Log], arguments, cancellationToken).ConfigureAwait(false));
    }
}
