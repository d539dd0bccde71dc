using Microsoft.Extensions.Logging;
using Tornadose.SignalR.Diagnostics;

namespace Tornadose.SignalR.Stores;

/// <summary>
/// Runs a store's producer while somebody reads the store, in one of the processes that share it:
/// (1) wait for a reader in this process;
/// (2) acquire the lease, or wait while another process holds it;
/// (3) run until the last reader has left, the lease is lost, or the producer fails;
/// (4) release the lease; after a failure pause, longer each time. Then start again at (1).
/// </summary>
/// <remarks>
/// Processes without a reader never compete for the lease, so the process that produces also delivers. A process that stops without
/// releasing the lease loses it when it expires. If the process wakes up later and continues to produce, its messages are refused, because
/// each lease has a higher number than the one before.
/// </remarks>
internal sealed class StoreProducer : IAsyncDisposable
{
    /// <summary>How long a process that has stopped without releasing the lease still holds it.</summary>
    public static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(15);

    /// <summary>How often the lease is renewed, and requested by processes that wait for it.</summary>
    public static readonly TimeSpan RenewInterval = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _closing = new();
    private readonly MessageStore _store;
    private readonly Func<MessageStore, CancellationToken, Task> _produce;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Task _running;
    private TimeSpan _pause = FirstPause;
    private volatile string? _fault;

    /// <param name="store">The store.</param>
    /// <param name="produce">Publishes to the store that it is given, until it is told to stop.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where failures go.</param>
    public StoreProducer(MessageStore store, Func<MessageStore, CancellationToken, Task> produce, TimeProvider time, ILogger logger)
    {
        (_store, _produce, _time, _logger) = (store, produce, time, logger);
        _running = Task.Run(RunAsync);
    }

    /// <summary>Why nothing is produced although somebody reads, in a sentence for operators; null without a fault.</summary>
    public string? Fault => _fault;

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                await _store.Readers.WaitAsync(any: true, _closing.Token).ConfigureAwait(false); // (1)
                if (await LeaseAsync(held: 0).ConfigureAwait(false) is { } lease and not 0) // (2)
                    await ProduceAsync(lease).ConfigureAwait(false);
                else
                    await Task.Delay(RenewInterval, _time, _closing.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_closing.IsCancellationRequested)
            {
                // the store is closed
            }
            catch (Exception failure)
            {
                // A backplane that breaks its contract must not end the loop.
                _fault = $"The producer of store '{_store.Name}' cannot run: {failure.GetType().Name}. The log has the details.";
                _logger.ProducerFailed(failure, _store.Name, RenewInterval);
                await Task.Delay(RenewInterval, _time, _closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <returns>The lease; 0 if another process holds it, null if the backplane cannot tell.</returns>
    private async Task<long?> LeaseAsync(long held)
    {
        try
        {
            return await _store.Channel.LeaseAsync(held, LeaseTime, _closing.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is StoreException or ObjectDisposedException)
        {
            return null; // the backplane logs it
        }
    }

    private async Task ProduceAsync(long lease)
    {
        bool hasFailed;
        using (var stop = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token))
        {
            var unread = _store.Readers.WaitAsync(any: false, stop.Token);
            var lost = KeepAsync(lease, stop.Token);
            var producing = RunAsync(lease, stop.Token); // (3)
            _ = ProveAsync(stop.Token);
            if (await Task.WhenAny(unread, lost, producing).ConfigureAwait(false) == producing && !producing.Result)
                await Task.WhenAny(unread, lost).ConfigureAwait(false); // it is done, and no other process must do it again
            await stop.CancelAsync().ConfigureAwait(false);
            hasFailed = await producing.ConfigureAwait(false);
            await Task.WhenAll(unread, lost).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await ReleaseAsync(lease).ConfigureAwait(false); // (4)
        if (!hasFailed)
        {
            (_pause, _fault) = (FirstPause, null);
            return;
        }

        var pause = _pause;
        _pause = 2 * pause < MaxPause ? 2 * pause : MaxPause;
        await Task.Delay(pause, _time, _closing.Token).ConfigureAwait(false);
    }

    /// <returns>Whether it has failed.</returns>
    private async Task<bool> RunAsync(long lease, CancellationToken stop)
    {
        await Task.Yield(); // the producer may block
        _store.Telemetry?.ProducerBegan(_store.Measured.Name);
        try
        {
            await _produce(_store.WithLease(lease), stop).ConfigureAwait(false);
            return false;
        }
        catch (Exception failure)
        {
            if (stop.IsCancellationRequested || failure is StoreCompletedException)
                return false; // after a stop any exception counts as cancellation, for example that of a database command
            _fault = $"The producer of store '{_store.Name}' fails: {failure.GetType().Name}. The log has the details.";
            _store.Telemetry?.ProducerFailed(_store.Measured.Name);
            _logger.ProducerFailed(failure, _store.Name, _pause);
            return true;
        }
        finally
        {
            _store.Telemetry?.ProducerEnded(_store.Measured.Name);
        }
    }

    /// <summary>Ends when the lease is lost, or could not be renewed for so long that it may be lost.</summary>
    private async Task KeepAsync(long lease, CancellationToken stop)
    {
        var renewed = _time.GetTimestamp();
        while (true)
        {
            await Task.Delay(RenewInterval, _time, stop).ConfigureAwait(false);
            var now = _time.GetTimestamp();
            var kept = await LeaseAsync(lease).ConfigureAwait(false);
            if (kept == lease)
                renewed = now;
            else if (kept is not null || _time.GetElapsedTime(renewed) >= LeaseTime - RenewInterval)
                return;
        }
    }

    /// <summary>A run that lasts as long as the next pause counts as one that works.</summary>
    private async Task ProveAsync(CancellationToken stop)
    {
        await Task.Delay(_pause, _time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!stop.IsCancellationRequested)
            (_pause, _fault) = (FirstPause, null);
    }

    private async Task ReleaseAsync(long lease)
    {
        try
        {
            await _store.Channel.ReleaseAsync(lease, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is StoreException or ObjectDisposedException)
        {
            // the lease expires by itself
        }
    }
}
