namespace Tornadose.SignalR.Tests.Samples;

/// <summary>What tests ask the dashboard's page, in JavaScript.</summary>
internal static class DashboardScript
{
    public const string State = "document.querySelector('[data-pill]').dataset.state";

    public const string IsLive = $"{State} === 'live'";

    public const string Background = "getComputedStyle(document.body).backgroundColor";

    public static string Panel(string store) => $"document.querySelector('#{store}')";

    public static string Rows(string store) => $"[...{Panel(store)}.querySelectorAll('[data-rows] tr')]";

    public static string Epoch(string store) => $"{Panel(store)}.dataset.id.split('-')[0]";

    public static string Offset(string store) => $"Number({Panel(store)}.dataset.id.split('-')[1])";

    public static string Points(string store) => $"Number({Panel(store)}.querySelector('.chart').dataset.points)";

    /// <summary>
    /// A store's first message has the offset 1: as many points as the last one's offset is all of them, once, as long as the chart's
    /// window has room for all.
    /// </summary>
    public static string HasAll(string store) => $"{Points(store)} === {Offset(store)}";

    public static string FirstNoteIs(string text) => $"document.querySelector('[data-feed] li p')?.textContent === '{text}'";

    public static string Text(string selector) => $"document.querySelector('{selector}').textContent";

    /// <summary>Chooses a wire, as a click does.</summary>
    public static string Choose(string wire) => $"document.querySelector('[data-wire-switch] [value={wire}]').click()";
}
