using System.Buffers;
using System.Text;
using Tornadose.SignalR.Delivery;

namespace Tornadose.SignalR.LongPolling;

/// <summary>
/// One response, <c>{"store":…,"messages":[…],"id":…}</c>: the first batch, or no messages if the wait is over before there is one. The id
/// is the one for the next request; it comes last, because it is known only then.
/// </summary>
/// <param name="context">The subscription.</param>
/// <param name="wait">For how long it waits.</param>
/// <param name="time">The clock.</param>
internal sealed class LongPollingSink(StreamContext context, TimeSpan wait, TimeProvider time) : ResponseSink(context.HttpContext.Response)
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(100);

    private ITimer? _timer;
    private bool _begun;
    private bool _inMessage;
    private bool _isLarge;
    private bool _answered;

    /// <summary>
    /// Sends nothing yet. The wait ends the request only if there is nothing to read, so a wait of zero gets what there is.
    /// </summary>
    public override ValueTask StartAsync()
    {
        if (wait == TimeSpan.Zero)
            EndUnlessBehind(context);
        _timer = time.CreateTimer(static state => EndUnlessBehind((StreamContext)state!), context, wait, LookAgain);
        return ValueTask.CompletedTask;
    }

    public override void Write(Frame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        if (!_inMessage)
            Separate();
        _inMessage = frame is FrameStart;
        _isLarge = frame.Bytes.Length > Subscriber.BatchBytes;
        base.Write(frame);
    }

    /// <summary>
    /// A frame that is larger than a batch is sent in slices, before what follows it. The mark that a keyed store's snapshot is complete
    /// belongs to the response with the newest id: a client that presents this id does not get the mark again.
    /// </summary>
    public override async ValueTask<bool> FlushAsync()
    {
        if (context.IsMarkNext)
            return await base.FlushAsync().ConfigureAwait(false);
        var taken = (!_isLarge || await base.FlushAsync().ConfigureAwait(false)) && await FinishAsync(context.Id).ConfigureAwait(false);
        context.End(SubscriberEnd.Answered);
        return taken;
    }

    /// <summary>
    /// Whatever the reason, a client that asks again after the id gets the right answer then: the next messages or a refusal.
    /// </summary>
    public override async ValueTask CloseAsync(SubscriberEnd end)
    {
        if (_timer is not null)
            await _timer.DisposeAsync().ConfigureAwait(false);
        if (_answered || end == SubscriberEnd.ClientGone)
            return;
        if (end == SubscriberEnd.Failed)
            Abort();
        else if (end == SubscriberEnd.Dismissed)
            await StayAwayAsync().ConfigureAwait(false);
        else
            await FinishAsync(context.Id).ConfigureAwait(false);
    }

    private static void EndUnlessBehind(StreamContext context)
    {
        if (context.Behind == 0)
            context.End(SubscriberEnd.Answered);
    }

    private void Separate()
    {
        if (_begun)
            Output.Write(","u8);
        else if (context.NamesStore)
            Output.Write("{\"messages\":["u8);
        else
            Encoding.ASCII.GetBytes($"{{\"store\":\"{context.Stores[0]}\",\"messages\":[", Output); // a store's name needs no escapes
        _begun = true;
    }

    private ValueTask<bool> StayAwayAsync()
    {
        Separate();
        Output.Write("{\"closed\":{\"reason\":\"dismissed\"}}"u8);
        return FinishAsync(SubscriberEnd.DismissedId);
    }

    private ValueTask<bool> FinishAsync(string id)
    {
        _answered = true;
        if (!_begun)
            Separate();
        Encoding.ASCII.GetBytes($"],\"id\":\"{id}\"}}", Output);
        return base.FlushAsync();
    }
}
