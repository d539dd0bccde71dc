namespace Tornadose.SignalR.Tests.Blazor;

/// <summary>One column of the matrix: a page in its own tab, and its observations.</summary>
/// <param name="Page">The page, which is a render mode.</param>
/// <param name="Wire">The wire by which its components read in the browser.</param>
internal sealed record RenderModeCell(string Page, string Wire)
{
    private readonly List<string> _rows = [];

    public string Tab => $"{Page} {Wire}";

    /// <summary>Whether its components first run in the browser; those of Auto mode move there later.</summary>
    public bool IsInBrowserAtFirst => Page is "webassembly" or "alone";

    /// <summary>Whether its components run in the browser in the end.</summary>
    public bool IsInBrowser => Page != "server";

    /// <summary>The first failure; after it, no further steps run in this cell.</summary>
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
