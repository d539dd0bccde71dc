namespace Tornadose.SignalR.Blazor;

/// <summary>
/// Combines many changes into few renders: at most one is pending, and none begins sooner than an interval after the previous one. The
/// first change after a quiet time is rendered at once.
/// </summary>
/// <param name="dispatch">Runs an action where rendering is allowed: a component's <c>InvokeAsync</c>.</param>
/// <param name="render">Renders: a component's <c>StateHasChanged</c>.</param>
/// <param name="failed">Called with an exception from rendering, or from waiting for it.</param>
/// <param name="time">The clock.</param>
internal sealed class RenderPace(Func<Action, Task> dispatch, Action render, Action<Exception> failed, TimeProvider time) : IDisposable
{
    private readonly CancellationTokenSource _end = new();
    private long _last = long.MinValue;
    private int _pending;

    public TimeSpan Interval { get; set; }

    /// <summary>Requests a render. Returns at once, on any thread; the render includes all changes made before it begins.</summary>
    public void Request()
    {
        if (Interlocked.Exchange(ref _pending, 1) == 0)
            _ = RenderAsync();
    }

    public void Dispose()
    {
        _end.Cancel();
        _end.Dispose();
    }

    private async Task RenderAsync()
    {
        try
        {
            await WaitAsync(_end.Token).ConfigureAwait(false);
            await dispatch(RenderNow).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is OperationCanceledException or ObjectDisposedException)
        {
            // The view was disposed.
        }
        catch (Exception failure)
        {
            failed(failure);
        }
    }

    private Task WaitAsync(CancellationToken end)
    {
        var wait = _last == long.MinValue ? TimeSpan.Zero : Interval - time.GetElapsedTime(_last);
        return wait > TimeSpan.Zero ? Task.Delay(wait, time, end) : Task.CompletedTask;
    }

    /// <summary>
    /// Runs where rendering is allowed. Only changes after this point need another render, so a busy renderer does not queue them.
    /// </summary>
    private void RenderNow()
    {
        _last = time.GetTimestamp();
        Volatile.Write(ref _pending, 0);
        render();
    }
}
