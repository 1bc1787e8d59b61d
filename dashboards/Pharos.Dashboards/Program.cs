using Pharos.Dashboards.Boards;

// dotnet run --project dashboards/Pharos.Dashboards [FOLDER]: writes the dashboards of Grafana, by default into ./dashboards.
var folder = args.Length > 0 ? args[0] : "dashboards";
if (args.Length > 1 || !Directory.Exists(folder))
{
    Console.Error.WriteLine(args.Length > 1
        ? $"Pharos.Dashboards: {args.Length} arguments: give one folder, or none from the folder of the repository"
        : $"Pharos.Dashboards: {folder}: no such folder: give the one that the provider file names");
    return 1;
}

foreach (var board in AllBoards.All)
{
    var path = Path.Combine(folder, board.FileName);
    File.WriteAllText(path, board.ToText());
    Console.WriteLine(path);
}

return 0;
