using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.FileLogs;

/// <summary>A message on its way into the log. Its publisher goes on when it has a position, on a thread of the pool.</summary>
internal sealed class PendingAppend(MessageContent content, string? key, CancellationToken cancellation)
    : TaskCompletionSource<MessagePosition>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public MessageContent Content => content;

    public string? Key => key;

    /// <summary>Where it stands, once its batch is written.</summary>
    public MessagePosition? Position { get; set; }

    /// <summary>Whether it was stored before, under the same key.</summary>
    public bool IsRepeated { get; set; }

    /// <summary>Gives up a message that nobody waits for any more, before it is written.</summary>
    public bool IsGivenUp => cancellation.IsCancellationRequested && TrySetCanceled(cancellation);
}
