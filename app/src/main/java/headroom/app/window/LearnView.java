package headroom.app.window;

import java.util.List;
import javafx.beans.property.SimpleStringProperty;
import javafx.beans.value.ObservableValue;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.Label;
import javafx.scene.control.ListCell;
import javafx.scene.control.ListView;
import javafx.scene.control.ScrollPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.VBox;

/** Short pages on methods and on reading the charts, written for whoever sits in front of the bars. */
final class LearnView implements View {
    private final List<LearnPages.Page> pages = LearnPages.all();
    private final ListView<LearnPages.Page> list = new ListView<>();
    private final ScrollPane text = new ScrollPane();
    private final HBox root;
    private final SimpleStringProperty state = new SimpleStringProperty("");
    private final Navigator navigator;

    LearnView(Navigator navigator) {
        this.navigator = navigator;
        list.getItems().setAll(pages);
        list.setId("learn-list");
        list.setFixedCellSize(40);
        list.setCellFactory(view -> new PageCell());
        list.getStyleClass().add("plain");
        list.getSelectionModel().selectedItemProperty().addListener((o, was, is) -> show(is));
        text.setFitToWidth(true);
        text.setId("learn-page");
        text.getStyleClass().add("pane");
        HBox.setHgrow(text, Priority.ALWAYS);
        final Label title = new Label("Learn");
        title.getStyleClass().add("type-section");
        final HBox head = new HBox(title);
        head.getStyleClass().add("pane-header");
        VBox.setVgrow(list, Priority.ALWAYS);
        final VBox side = new VBox(head, list);
        side.getStyleClass().addAll("pane", "pane-left");
        side.setMinWidth(288);
        side.setPrefWidth(288);
        root = new HBox(side, text);
        list.getSelectionModel().selectFirst();
    }

    /** Shows a page; an unknown id shows the first, so that a method without a page of its own still leads somewhere. */
    void open(String id) {
        final LearnPages.Page page = pages.stream().filter(candidate -> candidate.id().equals(id)).findFirst().orElse(pages.getFirst());
        list.getSelectionModel().select(page);
        list.scrollTo(page);
    }

    private void show(LearnPages.Page page) {
        if (page != null) {
            text.setContent(MarkdownPage.of(page.markdown(), this::follow));
            text.setVvalue(0);
            state.set(page.title());
        }
    }

    /** A link names another learn page or a view. */
    private void follow(String target) {
        if (pages.stream().anyMatch(page -> page.id().equals(target))) {
            open(target);
        } else {
            navigator.go(target);
        }
    }

    @Override
    public String id() {
        return "learn";
    }

    @Override
    public String title() {
        return "Learn";
    }

    @Override
    public Node root() {
        return root;
    }

    @Override
    public Node focusTarget() {
        return list;
    }

    @Override
    public ObservableValue<String> state() {
        return state;
    }

    private static final class PageCell extends ListCell<LearnPages.Page> {
        private final Label title = new Label();
        private final Label group = new Label();
        private final VBox box = new VBox(title, group);

        PageCell() {
            title.getStyleClass().add("medium");
            group.getStyleClass().addAll("type-axis", "faint");
            box.setAlignment(Pos.CENTER_LEFT);
        }

        @Override
        protected void updateItem(LearnPages.Page page, boolean empty) {
            super.updateItem(page, empty);
            setGraphic(empty ? null : box);
            if (!empty) {
                title.setText(page.title());
                group.setText(page.group());
                setAccessibleText(page.title() + ", " + page.group());
            }
        }
    }
}
