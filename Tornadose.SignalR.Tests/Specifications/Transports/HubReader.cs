using System.Text.Json;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Specifications.Transports;

/// <summary>A subscription over SignalR, by group or by stream.</summary>
internal sealed class HubReader(RawHub hub, string store) : TransportReader
{
    private const int Invocation = 1;
    private const int StreamItem = 2;
    private const int Completion = 3;
    private const int Ping = 6;
    private const int CloseMessage = 7;
    private const string Subscription = "subscription";
    private const string Ready = "ready";

    private string? _said;
    private bool _isReady;
    private bool _isCompleted;

    protected override RawConnection Connection => hub.Connection;

    public override Task CloseAsync() => hub.CloseAsync();

    /// <summary>Joins the store's group.</summary>
    public async Task SubscribeAsync(string? after)
    {
        await hub.InvokeAsync(Ready, "Resume", isStream: false, store, after);
        await UntilReadyAsync();
    }

    /// <summary>
    /// Starts the stream. It sends nothing before there is a message, but it has started once a later invocation was answered.
    /// </summary>
    public async Task WatchAsync(string? after)
    {
        await hub.InvokeAsync(Subscription, "WatchAfter", isStream: true, store, after);
        await hub.InvokeAsync(Ready, "Unsubscribe", isStream: false, "nothing");
        await UntilReadyAsync();
    }

    protected override async Task ReadAsync()
    {
        if (await hub.NextAsync() is not { } message)
        {
            End ??= new ReaderEnd(IsCut: false, hub.Close?.CloseCode, _said);
            _isCompleted = false;
        }
        else
        {
            Take(message);
        }
    }

    private async Task UntilReadyAsync()
    {
        while (!_isReady && (End is null || _isCompleted)) // the stream of a completed store may end before the answer
            await ReadAsync();
        if (!_isReady || (End is not null && !_isCompleted))
            throw new RefusedException(0, End?.Reason);
    }

    private void Take(JsonElement message)
    {
        switch (message.GetProperty("type").GetInt32())
        {
            case Invocation:
                TakeInvocation(message.GetProperty("target").GetString(), message.GetProperty("arguments"));
                break;
            case StreamItem:
                Arrive(Arrival.OfEnvelope(message.GetProperty("item")));
                break;
            case Completion:
                Complete(message);
                break;
            case Ping:
                KeepAlives++;
                break;
            case CloseMessage:
                _said ??= message.GetRawText();
                break;
        }
    }

    private void TakeInvocation(string? target, JsonElement arguments)
    {
        Assert.Equal(store, arguments[0].GetString());
        Arrive(target switch
        {
            "Reset" => Arrival.OfReset(arguments[1]),
            "Ended" => Arrival.OfEnd(arguments[1]),
            _ => Arrival.OfEnvelope(arguments[1]),
        });
    }

    private void Complete(JsonElement message)
    {
        var error = message.TryGetProperty("error", out var text) ? text.GetString() : null;
        if (message.GetProperty("invocationId").GetString() == Ready && error is null)
            _isReady = true;
        else
        {
            End = new ReaderEnd(IsCut: false, Reason: error);
            _isCompleted = error is null;
        }
    }
}
