namespace Tornadose.SignalR.Messages;

/// <summary>
/// One wait of an in-process reader. Its continuation runs on the thread pool, never on the pump: application code may block.
/// </summary>
internal sealed class CursorWait : TaskCompletionSource, IAppendWaiter
{
    private CursorWait()
        : base(TaskCreationOptions.RunContinuationsAsynchronously)
    {
    }

    public void Wake() => TrySetResult();

    public static async Task RunAsync(MessageCursor cursor, CancellationToken cancellationToken)
    {
        var wait = new CursorWait();
        var registration = cursor.Log.Signal.Join(wait);
        try
        {
            if (registration.Register(cursor.Next))
                await wait.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            registration.Leave();
        }
    }
}
