using System.Runtime.CompilerServices;

namespace Tornadose.SignalR.Specifications;

/// <summary>
/// Bounded waiting. The bound is there for hangs only: it is generous, so that a slow machine never fails a test,
/// and it says what was waited for.
/// </summary>
internal static class Eventually
{
    public static readonly TimeSpan HangTimeout = TimeSpan.FromSeconds(90);

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(5);

    public static Task TrueAsync(
        Func<bool> condition, TimeSpan? timeout = null, [CallerArgumentExpression(nameof(condition))] string? what = null) =>
        TrueAsync(() => Task.FromResult(condition()), timeout, what);

    public static async Task TrueAsync(
        Func<Task<bool>> condition, TimeSpan? timeout = null, [CallerArgumentExpression(nameof(condition))] string? what = null)
    {
        var limit = timeout ?? HangTimeout;
        var started = TimeProvider.System.GetTimestamp();
        while (!await condition().WithTimeout(limit, what))
        {
            if (TimeProvider.System.GetElapsedTime(started) > limit)
                throw new TimeoutException($"Not true within {limit.TotalSeconds} s: {what}");
            await Task.Delay(Poll);
        }
    }

    public static async Task WithTimeout(
        this Task task, TimeSpan? timeout = null, [CallerArgumentExpression(nameof(task))] string? what = null)
    {
        var limit = timeout ?? HangTimeout;
        try
        {
            await task.WaitAsync(limit);
        }
        catch (TimeoutException) when (!task.IsCompleted)
        {
            throw new TimeoutException($"Not completed within {limit.TotalSeconds} s: {what}");
        }
    }

    public static async Task<T> WithTimeout<T>(
        this Task<T> task, TimeSpan? timeout = null, [CallerArgumentExpression(nameof(task))] string? what = null)
    {
        await ((Task)task).WithTimeout(timeout, what);
        return await task;
    }

    public static Task WithTimeout(
        this ValueTask task, TimeSpan? timeout = null, [CallerArgumentExpression(nameof(task))] string? what = null) =>
        task.AsTask().WithTimeout(timeout, what);

    public static Task<T> WithTimeout<T>(
        this ValueTask<T> task, TimeSpan? timeout = null, [CallerArgumentExpression(nameof(task))] string? what = null) =>
        task.AsTask().WithTimeout(timeout, what);
}
