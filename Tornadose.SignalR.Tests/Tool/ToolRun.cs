using System.CommandLine;
using System.Threading.Channels;
using Tornadose.SignalR.Tool;

namespace Tornadose.SignalR.Tests.Tool;

/// <summary>A running command: its input, and the lines that it writes.</summary>
internal sealed class ToolRun : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly LineWriter _output = new();
    private readonly LineWriter _errors = new();
    private readonly Task<int> _exit;

    private ToolRun(TextReader input, string[] arguments) => _exit = ToolCommand.Create(input).Parse(arguments)
        .InvokeAsync(new InvocationConfiguration { Output = _output, Error = _errors, ProcessTerminationTimeout = null }, _stop.Token);

    public static ToolRun Start(params string[] arguments) => new(TextReader.Null, arguments);

    public static ToolRun StartWith(string input, params string[] arguments) => new(new StringReader(input), arguments);

    public static ToolRun StartWith(TextReader input, params string[] arguments) => new(input, arguments);

    /// <summary>The exit code, once the command has ended on its own.</summary>
    public Task<int> ExitAsync() => _exit.WithTimeout(TimeSpan.FromMinutes(3));

    /// <summary>Ends the command as Ctrl+C does.</summary>
    public async Task<int> StopAsync()
    {
        await _stop.CancelAsync();
        return await ExitAsync();
    }

    public Task<string> NextLineAsync() => _output.NextAsync();

    public Task<string> NextErrorAsync() => _errors.NextAsync();

    /// <summary>The output that has not been read yet.</summary>
    public string Output => _output.Rest();

    public string Errors => _errors.Rest();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _exit.WithTimeout();
        _stop.Dispose();
    }

    private sealed class LineWriter : StringWriter
    {
        private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();

        public override void WriteLine(string? value) => _lines.Writer.TryWrite(value ?? "");

        public Task<string> NextAsync() => _lines.Reader.ReadAsync().AsTask().WithTimeout();

        public string Rest()
        {
            var lines = new List<string>();
            while (_lines.Reader.TryRead(out var line))
                lines.Add(line);
            return string.Join('\n', lines) + ToString();
        }
    }
}
