using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Tornadose.SignalR.Client;

namespace Tornadose.SignalR;

/// <summary>
/// A subscription in the background:
/// <see cref="TornadoseClient.Follow(string, Func{ReceivedMessage, CancellationToken, ValueTask},
/// Action{StoreSubscription}?, StartAt?)"/>.
/// </summary>
public sealed class StoreSubscription : IAsyncDisposable
{
    private static readonly AsyncLocal<StoreSubscription?> InCallback = new();

    private readonly CancellationTokenSource _stop = new();
    private readonly Follower _follower;
    private readonly Func<ReceivedMessage, CancellationToken, ValueTask> _onMessage;
    private readonly Action<StoreSubscription>? _onStateChanged;
    private readonly ILogger _logger;
    private readonly string _stores;

    internal StoreSubscription(
        Func<Action, CancellationToken, Follower> createFollower, string stores,
        Func<ReceivedMessage, CancellationToken, ValueTask> onMessage,
        Action<StoreSubscription>? onStateChanged, ILogger logger)
    {
        (_stores, _onMessage, _onStateChanged, _logger) = (stores, onMessage, onStateChanged, logger);
        _follower = createFollower(TellState, _stop.Token);
        Completion = Task.Run(RunAsync); // callbacks do not run on the stack of the caller
    }

    /// <summary>The names of its stores, for log lines.</summary>
    internal string Stores => _stores;

    /// <summary>What the subscription is doing.</summary>
    public StoreSubscriptionState State => _follower.State;

    /// <summary>
    /// The id of the last message or reset that was handed on, to resume with <see cref="StartAt.AfterId"/>; before the first one, the
    /// position where the subscription began, or null while that is unknown.
    /// </summary>
    public string? LastId => _follower.LastId;

    /// <summary>Why the last attempt to connect failed, or why the subscription has ended; null while it is live.</summary>
    public Exception? LastError => _follower.LastError;

    /// <summary>
    /// Completes with the subscription: successfully if it is <see cref="StoreSubscriptionState.Ended"/> or
    /// <see cref="StoreSubscriptionState.Completed"/>, with <see cref="LastError"/> if it has failed.
    /// </summary>
    public Task Completion { get; }

    /// <summary>Ends the subscription. No callback is called after it returns, unless a callback called it.</summary>
    /// <returns>A task that ends with the subscription.</returns>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        if (InCallback.Value != this)
            await Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task RunAsync()
    {
        InCallback.Value = this;
        await using (_follower.ConfigureAwait(false))
        {
            try
            {
                while (await _follower.NextAsync().ConfigureAwait(false) is { } message)
                    await HandOnAsync(message).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                // disposed
            }
        }
    }

    private async ValueTask HandOnAsync(ReceivedMessage message)
    {
        using var activity = ClientActivities.BeginProcess(message);
        try
        {
            await _onMessage(message, _stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            throw;
        }
        catch (NotKeyedStoreException failure)
        {
            _follower.Fail(failure);
            throw;
        }
        catch (Exception failure)
        {
            activity?.SetTag("error.type", failure.GetType().FullName).SetStatus(ActivityStatusCode.Error);
            _logger.CallbackFailed(failure, _stores);
        }
    }

    private void TellState()
    {
        try
        {
            _onStateChanged?.Invoke(this);
        }
        catch (Exception failure)
        {
            _logger.CallbackFailed(failure, _stores);
        }
    }
}
