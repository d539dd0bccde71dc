using System.Collections.Concurrent;
using System.Text.Json;

[assembly: AssemblyFixture(typeof(Tornadose.SignalR.Tests.TestKit.ChromiumFixture))]

namespace Tornadose.SignalR.Tests.TestKit;

/// <summary>
/// The headless Chromium that all tests share, driven by <c>browser.mjs</c>. A start takes three seconds of CPU time, so the first test
/// that opens a page starts it, and it starts again only after a crash.
/// </summary>
internal sealed class Chromium : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(3);
    private static readonly SemaphoreSlim Starting = new(1);
    private static Chromium? _current;

    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonElement>> _answers = new();
    private readonly SemaphoreSlim _sending = new(1);
    private readonly NodeClient _node;
    private readonly Task _reading;
    private int _commands;

    private Chromium(NodeClient node)
    {
        _node = node;
        _reading = ReadAsync();
    }

    public static async Task<Chromium> GetAsync()
    {
        await Starting.WaitAsync();
        try
        {
            return _current = _current is { _reading.IsCompleted: false } running ? running : await StartAsync();
        }
        finally
        {
            Starting.Release();
        }
    }

    public static ValueTask EndAsync() => _current?.DisposeAsync() ?? default;

    /// <summary>Runs a command in a page, after the earlier commands of that page; no command closes the page.</summary>
    public async Task<JsonElement> RunAsync(int page, object? command)
    {
        var id = Interlocked.Increment(ref _commands);
        var answer = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        _answers[id] = answer;
        await _sending.WaitAsync();
        try
        {
            await _node.SendAsync(new { id, page, command });
        }
        finally
        {
            _sending.Release();
        }
        await Task.WhenAny(answer.Task, _reading).WithTimeout(StartTimeout);
        Assert.True(answer.Task.IsCompleted, "Chromium has ended.");
        var answered = await answer.Task;
        return answered.TryGetProperty("error", out var error)
            ? throw new InvalidOperationException(error.GetString())
            : answered.TryGetProperty("value", out var value) ? value : default; // undefined has no JSON
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            // A closed input lets the script close the browser, which removes its profile directory.
            await _node.EndAsync();
        }
        finally
        {
            await _node.DisposeAsync();
        }
    }

    private static async Task<Chromium> StartAsync()
    {
        var node = NodeClient.Start("browser.mjs");
        try
        {
            await node.NextAsync("ready", StartTimeout);
            return new Chromium(node);
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    private async Task ReadAsync()
    {
        while (await _node.NextOrEndAsync(Timeout.InfiniteTimeSpan) is { } answer)
            if (_answers.TryRemove(answer.GetProperty("id").GetInt32(), out var waiting))
                waiting.TrySetResult(answer);
    }
}

/// <summary>Ends the browser at the end of the test run.</summary>
public sealed class ChromiumFixture : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Chromium.EndAsync();
}
