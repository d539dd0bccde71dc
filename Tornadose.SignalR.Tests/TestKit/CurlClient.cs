namespace Tornadose.SignalR.Tests.TestKit;

/// <summary><c>curl -sN</c> as a reader of lines.</summary>
public sealed class CurlClient : IAsyncDisposable
{
    private readonly LineProcess _process;

    private CurlClient(LineProcess process) => _process = process;

    public static CurlClient Start(Uri url, params string[] arguments) =>
        new(LineProcess.Start("curl", ["-sN", .. arguments, url.ToString()]));

    /// <summary>The next line of the answer; null when it ended.</summary>
    public Task<string?> NextOrEndAsync(TimeSpan? timeout = null) => _process.NextOrEndAsync(timeout);

    public Task<string> NextAsync(TimeSpan? timeout = null) => _process.NextAsync(timeout);

    /// <summary>The next line that starts with a prefix, for example <c>data:</c>; skips the lines before it.</summary>
    public Task<string> NextAsync(string prefix, TimeSpan? timeout = null)
    {
        return FindAsync().WithTimeout(timeout, $"a line that starts with {prefix}");

        async Task<string> FindAsync()
        {
            string line;
            do
                line = await NextAsync(timeout);
            while (!line.StartsWith(prefix, StringComparison.Ordinal));
            return line;
        }
    }

    /// <summary>Every line up to the end of the answer.</summary>
    public async Task<IReadOnlyList<string>> ReadToEndAsync()
    {
        var lines = new List<string>();
        while (await NextOrEndAsync() is { } line)
            lines.Add(line);
        return lines;
    }

    public Task<int> ExitCodeAsync() => _process.ExitCodeAsync();

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
