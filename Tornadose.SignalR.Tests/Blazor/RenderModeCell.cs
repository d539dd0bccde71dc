namespace Tornadose.SignalR.Tests.Blazor;

/// <summary>One column of the matrix: a page in a tab of its own, and what was seen there.</summary>
/// <param name="Page">The page: a render mode.</param>
/// <param name="Wire">What its components read by in the browser.</param>
internal sealed record RenderModeCell(string Page, string Wire)
{
    private readonly List<string> _rows = [];

    public string Tab => $"{Page} {Wire}";

    /// <summary>Whether its components run in the browser at first; those of Auto mode come there later.</summary>
    public bool IsInBrowserAtFirst => Page is "webassembly" or "alone";

    /// <summary>Whether they run there in the end.</summary>
    public bool IsInBrowser => Page != "server";

    /// <summary>What has gone wrong first: nothing more is done with the cell then.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Lines of a table.</summary>
    public IReadOnlyList<string> Rows => _rows;

    public void Note(string phase, int lost, int twice, string? resets, int gone) =>
        _rows.Add($"| {Page} | {Wire} | {phase} | {lost} lost | {twice} twice | {resets} resets | {(gone > 0 ? "blinks" : "")} |");

    public async Task TryAsync(Func<RenderModeCell, Task> step)
    {
        if (Failure is not null)
            return;
        try
        {
            await step(this);
        }
        catch (Exception failure)
        {
            Failure = failure;
        }
    }
}
