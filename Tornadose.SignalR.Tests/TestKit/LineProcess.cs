using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;

namespace Tornadose.SignalR.Tests.TestKit;

/// <summary>A child process that talks in lines; it is killed with its children when disposed.</summary>
public sealed class LineProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly ConcurrentQueue<string> _errors = new();

    private LineProcess(Process process) => _process = process;

    public int Id => _process.Id;

    /// <summary>What the process wrote to its standard error, for the message of a failing test.</summary>
    public string Errors => string.Join('\n', _errors);

    public static LineProcess Start(string file, IEnumerable<string> arguments, string? directory = null)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = directory ?? "",
        };
        var child = new LineProcess(new Process { StartInfo = start });
        child._process.OutputDataReceived += (_, line) => child.OnOutput(line.Data);
        child._process.ErrorDataReceived += (_, line) => child._errors.Enqueue(line.Data ?? "");
        child._process.Start();
        child._process.BeginOutputReadLine();
        child._process.BeginErrorReadLine();
        return child;
    }

    public async Task WriteLineAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line).WithTimeout();
        await _process.StandardInput.FlushAsync().WithTimeout();
    }

    /// <summary>The next line; null when the process has closed its output.</summary>
    public async Task<string?> NextOrEndAsync(TimeSpan? timeout = null)
    {
        using var hang = new CancellationTokenSource(timeout ?? Eventually.HangTimeout);
        try
        {
            return await _lines.Reader.WaitToReadAsync(hang.Token) && _lines.Reader.TryRead(out var line) ? line : null;
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"No line from {_process.StartInfo.FileName} in time. {Errors}");
        }
    }

    public async Task<string> NextAsync(TimeSpan? timeout = null) =>
        await NextOrEndAsync(timeout)
        ?? throw new EndOfStreamException($"{_process.StartInfo.FileName} ended. {Errors}");

    /// <summary>Asks the process to end, as an orchestrator does: SIGTERM.</summary>
    public Task TerminateAsync() => SignalAsync("TERM");

    /// <summary>Suspends the process. When this completes, none of its threads runs any more.</summary>
    public async Task StopAsync()
    {
        await SignalAsync("STOP");
        await Eventually.TrueAsync(() =>
        {
            try
            {
                return Directory.GetDirectories($"/proc/{_process.Id}/task")
                    .All(static task => File.ReadAllText($"{task}/stat") is var stat && stat[stat.LastIndexOf(')') + 2] is 'T' or 't');
            }
            catch (IOException)
            {
                return false; // a thread ended meanwhile
            }
        });
    }

    public Task ContinueAsync() => SignalAsync("CONT");

    public void CloseInput() => _process.StandardInput.Close();

    public async Task<int> ExitCodeAsync(TimeSpan? timeout = null)
    {
        await _process.WaitForExitAsync().WithTimeout(timeout);
        return _process.ExitCode;
    }

    /// <summary><c>kill -9</c>, of its children as well.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync().WithTimeout();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync().WithTimeout();
    }

    private void OnOutput(string? line)
    {
        if (line is null)
            _lines.Writer.TryComplete();
        else
            _lines.Writer.TryWrite(line);
    }
}
